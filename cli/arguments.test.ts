import { describe, expect, it } from 'vitest';
import { checkRuleNames, parseCommandLine } from './arguments';
import { UsageError } from './host';

function complaint(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    if (error instanceof UsageError) return error.message;
    throw error;
  }
  return 'nothing thrown';
}
const refused = (...argv: string[]): string => complaint(() => parseCommandLine(argv));

describe('parseCommandLine', () => {
  it('reads everything check takes', () => {
    expect(parseCommandLine(['check', '--root', '/l', 'a.c', '--format=json', '--rules', 'a, b', '--rules=b,c', '--stats', '--', '-odd.c'])).toEqual({
      command: 'check',
      check: { root: '/l', paths: ['a.c', '-odd.c'], format: 'json', rules: ['a', 'b', 'c'], stats: true, prove: false },
    });
  });

  it('has defaults', () => {
    expect(parseCommandLine(['check'])).toEqual({ command: 'check', check: { root: undefined, paths: [], format: 'gcc', rules: undefined, stats: false, prove: false } });
  });

  it('knows help, version and the server', () => {
    expect(parseCommandLine(['--help'])).toEqual({ command: 'help', topic: undefined });
    expect(parseCommandLine(['help', 'check'])).toEqual({ command: 'help', topic: 'check' });
    expect(parseCommandLine(['check', 'a.c', '-h'])).toEqual({ command: 'help', topic: 'check' });
    expect(parseCommandLine(['lsp', '--help'])).toEqual({ command: 'help', topic: 'lsp' });
    expect(parseCommandLine(['explain'])).toEqual({ command: 'explain', rule: undefined });
    expect(parseCommandLine(['explain', 'a-rule'])).toEqual({ command: 'explain', rule: 'a-rule' });
    expect(parseCommandLine(['explain', 'a-rule', '--help'])).toEqual({ command: 'help', topic: 'explain' });
    expect(parseCommandLine(['--version'])).toEqual({ command: 'version' });
    expect(parseCommandLine(['lsp', '--stdio', '--clientProcessId=7'])).toEqual({ command: 'lsp', args: ['--stdio', '--clientProcessId=7'] });
  });

  it('says what it does not understand, and what may be meant', () => {
    expect(refused()).toBe('no command given');
    expect(refused('chekc')).toBe("unknown command 'chekc' (did you mean 'check'?)");
    expect(refused('help', 'lps')).toBe("unknown command 'lps' (did you mean 'lsp'?)");
    expect(refused('mm/hugetlb.c')).toBe("unknown command 'mm/hugetlb.c' (did you mean 'check mm/hugetlb.c'?)");
    expect(refused('--versoin')).toBe("unknown option '--versoin' (did you mean '--version'?)");
    expect(refused('check', '--formt', 'json')).toBe("unknown option '--formt' (did you mean '--format'?)");
    expect(refused('check', '--toString')).toBe("unknown option '--toString'");
    expect(refused('check', '-x')).toBe("unknown option '-x'");
    expect(refused('check', '--format', 'xml')).toBe("unknown format 'xml'; the formats are: gcc, json, sarif, github");
    expect(refused('check', '--root')).toBe("option '--root' needs a value");
    expect(refused('check', '--root', '--stats')).toBe("option '--root' needs a value");
    expect(refused('check', '--rules', ',')).toBe("option '--rules' needs a value");
    expect(refused('check', '--stats=yes')).toBe("option '--stats' takes no value");
    expect(refused('check', '')).toBe('empty path');
    expect(refused('explain', '--hlep')).toBe("unknown option '--hlep' (did you mean '--help'?)");
    expect(refused('explain', 'a-rule', 'b-rule')).toBe('explain takes one rule');
  });
});

describe('checkRuleNames', () => {
  const known = ['lockless-pte-to-userfault', 'fake-write-fault'];

  it('takes known names, or none', () => {
    checkRuleNames(undefined, known);
    checkRuleNames(['fake-write-fault'], known);
  });

  it('suggests the nearest, or lists all', () => {
    expect(complaint(() => checkRuleNames(['lockless-pte-to-userfualt'], known))).toBe("unknown rule 'lockless-pte-to-userfualt' (did you mean 'lockless-pte-to-userfault'?)");
    expect(complaint(() => checkRuleNames(['R1'], known))).toBe("unknown rule 'R1'; the rules are: lockless-pte-to-userfault, fake-write-fault");
  });
});
