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
    expect(parseSettings({ kernelVersion: ' v6.12-rc3' }).kernelVersion).toEqual([6, 12]);
    expect(parseSettings({ kernelVersion: 'newest' }).kernelVersion).toBeUndefined();
    expect(parseSettings({ limits: { stepsPerFunction: 5000, statesPerRace: 1e5 } }).limits).toEqual({ stepsPerFunction: 5000, statesPerRace: 100_000 });
    expect(parseSettings({ limits: { stepsPerFunction: 10, statesPerRace: 1e12 } }).limits).toEqual(DEFAULTS.limits);
    expect(parseSettings({ limits: { stepsPerFunction: 5000.5 } }).limits).toEqual(DEFAULTS.limits);
    expect(parseSettings({ proof: 'onDemand' })).toEqual({ ...DEFAULTS, proof: 'onDemand' });
    expect(parseSettings({ proof: 'always' })).toEqual(DEFAULTS);
    expect(parseSettings({ codeLens: false, inlayHints: true, semanticTokens: 1 })).toEqual({ ...DEFAULTS, codeLens: false, inlayHints: true });
  });
});
