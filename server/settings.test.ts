import { describe, expect, test } from 'vitest';
import manifest from '../package.json';
import { DEFAULTS, configurationProperties, parseSettings } from './settings';

describe('settings', () => {
  test('package.json shows exactly this table', () => {
    expect(manifest.contributes.configuration.properties).toEqual(configurationProperties());
  });

  test('whatever a client sends is read', () => {
    expect(parseSettings(null)).toEqual(DEFAULTS);
    expect(parseSettings([1])).toEqual(DEFAULTS);
    expect(parseSettings({ enable: 'no', rules: 3, codeLens: 'yes' })).toEqual(DEFAULTS);
    expect(parseSettings({ enable: false, rules: { a: 'off', b: 'loud' } })).toEqual({ ...DEFAULTS, enable: false, rules: { a: 'off' } });
    expect(parseSettings({ proof: 'onDemand' })).toEqual({ ...DEFAULTS, proof: 'onDemand' });
    expect(parseSettings({ proof: 'always' })).toEqual(DEFAULTS);
    expect(parseSettings({ codeLens: false, inlayHints: true, semanticTokens: 1 })).toEqual({ ...DEFAULTS, codeLens: false, inlayHints: true });
  });
});
