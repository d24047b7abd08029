import { describe, expect, it } from 'vitest';
import type { Finding } from '../../analyzer/findings/finding';
import { formatGithub } from './github';

const location = { file: 'mm/a.c', line: 3, column: 2, endLine: 3, endColumn: 10 };
const finding: Finding = {
  rule: 'a-rule', severity: 'warning', message: 'fault() lies', location, function: 'fault', steps: [], scenario: null, assumptions: [], fingerprint: 'c0ffee',
};
const format = (change: Partial<Finding>, options = { root: '/linux', workspace: '/linux' }): string => formatGithub([{ ...finding, ...change }], options);

describe('formatGithub', () => {
  it('prints one command for each finding', () => {
    expect(format({})).toBe('::warning file=mm/a.c,line=3,col=2,endLine=3,endColumn=10,title=a-rule::fault() lies\n');
    expect(format({ severity: 'information' })).toBe('::notice file=mm/a.c,line=3,col=2,endLine=3,endColumn=10,title=a-rule::fault() lies\n');
    expect(formatGithub([finding, finding], { root: '/linux', workspace: '/linux' }).split('\n')).toHaveLength(3);
  });

  it('gives no columns to more than one line', () => {
    expect(format({ location: { ...location, endLine: 4 } })).toBe('::warning file=mm/a.c,line=3,endLine=4,title=a-rule::fault() lies\n');
  });

  it('tells the path in the text', () => {
    const steps: Finding['steps'] = [
      { kind: 'lockless-read', location, function: 'fault', message: 'read without the lock' },
      { kind: 'event', location: { ...location, file: 'mm/b.c', line: 9 }, function: 'raise', message: 'event raised' },
    ];
    expect(format({ steps })).toContain('::fault() lies%0Amm/a.c:3:2: read without the lock%0Amm/b.c:9:2: event raised\n');
  });

  it('escapes what ends a command or one of its values', () => {
    const odd = format({ message: '100% of a,b: c\nx\r::error::y\u001b[31m', location: { ...location, file: 'mm/a,b:c%.c' } });
    expect(odd).toBe('::warning file=mm/a%2Cb%3Ac%25.c,line=3,col=2,endLine=3,endColumn=10,title=a-rule::100%25 of a,b: c%0Ax ::error::y [31m\n');
  });

  it('names files from the top of the checkout, and others in full', () => {
    expect(format({}, { root: '/work/linux', workspace: '/work' })).toContain('file=linux/mm/a.c,');
    expect(format({}, { root: '/linux', workspace: '/work' })).toContain('file=/linux/mm/a.c,');
  });
});
