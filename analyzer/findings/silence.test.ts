import { describe, expect, it } from 'vitest';
import { loadBackend } from '../../parser/backend';
import { createTree } from '../call-graph/tree';
import { createAnalysis } from '../create';
import { silence, unusedAllow } from './silence';
import type { Finding } from './finding';

const backend = await loadBackend('native');
const rule = 'lockless-pte-to-userfault';
const allow = `mm-review: allow(${rule})`;

/** A function whose event, in the line marked EVENT, rests on a lockless reading. */
function fault(before: string, behind = ''): string {
  return `
vm_fault_t drawer_fault(struct vm_fault *vmf, pte_t *ptep)
{
	if (!huge_pte_none(huge_ptep_get(ptep)))
		return 0;
	pr_debug("empty drawer");
${before}	return handle_userfault(vmf, VM_UFFD_MISSING);${behind}
}
`;
}

function analyse(text: string) {
  const analysis = createAnalysis({ backend, reader: { indexFiles: () => ['mm/a.c'], read: (path) => (path === 'mm/a.c' ? text : undefined) } });
  return { analysis, check: (rules?: readonly string[]) => analysis.check(['mm/a.c'], { rules }).map(show) };
}
const show = (f: Finding): string => (f.rule === unusedAllow.name ? `${f.location.line}:${f.location.column} ${f.severity}[${f.rule}] ${f.message}` : `${f.location.line} ${f.rule}`);
const check = (text: string): string[] => analyse(text).check();

const nothing = `allow(${rule}) silences nothing: no such finding in this line or the next`;
const noReason = 'This comment gives no reason, so it silences nothing; write mm-review: allow(rule-name): reason';
const notUnderstood = 'This comment was not understood; write mm-review: allow(rule-name): reason';

/** With findings that are made up, so that there can be several rules in one place. */
function silenceMade(text: string, made: readonly (readonly [rule: string, line: number])[], run?: readonly string[]): string[] {
  const tree = createTree(backend, { indexFiles: () => ['a.c'], read: () => text });
  const findings = made.map(([name, line]): Finding => ({
    rule: name, severity: 'warning', message: name, location: { file: 'a.c', line, column: 2, endLine: line + 1, endColumn: 3 },
    function: 'f', steps: [], scenario: null, assumptions: [], fingerprint: '0',
  }));
  return silence(tree, ['a.c'], findings, run, ['one', 'two', 'uffd-wp-bit-lost']).map(show);
}

describe('a comment that allows a rule', () => {
  it('silences the line below it and its own', () => {
    expect(check(fault(''))).toEqual([`7 ${rule}`]);
    for (const comment of [`/* ${allow}: under the drawer mutex */`, `// ${allow}: under the drawer mutex`, `/** ${allow} : under the drawer mutex */`]) {
      expect(check(fault(`	${comment}\n`)), comment).toEqual([]);
      expect(check(fault('', ` ${comment}`)), comment).toEqual([]);
    }
    expect(check(fault(`	/* ${allow}: mutex */`))).toEqual([]);
  });

  it('does not reach further', () => {
    expect(check(fault(`	/* ${allow}: mutex */\n\n`))).toEqual([`7:5 information[unused-allow] ${nothing}`, `9 ${rule}`]);
    expect(check(fault('', `\n	/* ${allow}: mutex */`))).toEqual([`7 ${rule}`, `8:5 information[unused-allow] ${nothing}`]);
  });

  it('may have several lines', () => {
    expect(check(fault(`	/*\n	 * Nobody else is here.\n	 * ${allow}: the drawer mutex\n	 * keeps writers away\n	 */\n`))).toEqual([]);
    expect(check(fault(`	/*\n	 * ${allow}:\n	 * the drawer mutex keeps writers away\n	 */\n`))).toEqual([]);
    expect(check(fault(`	// ${allow}:\n	// the drawer mutex\n	// keeps writers away\n`))).toEqual([]);
    expect(check(fault(`	/* ${allow}: mutex */\n	/* MISSING it is */\n`))).toEqual([]);
    expect(check(fault('', ` /* ${allow}: the mutex\n	keeps writers away */`))).toEqual([]);
    expect(check(fault(`	/*\n	 * ${allow}: mutex\n	 */\n`).replaceAll('\n', '\r\n'))).toEqual([]);
  });

  it('does not go on in the lines below when it follows code', () => {
    const text = 'void f(void)\n{\n	a(); // mm-review: allow(one): for a()\n	// about b()\n	b();\n}\n';
    expect(silenceMade(text, [['one', 3], ['one', 5]])).toEqual(['5 one']);
  });

  it('names one rule or several', () => {
    const text = 'void f(void)\n{\n	/* mm-review: allow(one, two): both are fine */\n	a();\n}\n';
    expect(silenceMade(text, [['one', 4], ['two', 4], ['uffd-wp-bit-lost', 4]])).toEqual(['4 uffd-wp-bit-lost']);
    expect(silenceMade(text.replace('one, two', 'one,\n	 * two'), [['one', 5], ['two', 5]])).toEqual([]);
    expect(silenceMade(text, [['two', 4]])).toEqual(['3:5 information[unused-allow] allow(one) silences nothing: no such finding in this line or the next']);
  });

  it('may be one of several in a comment', () => {
    const text = 'void f(void)\n{\n	/*\n	 * mm-review: allow(one): fine\n	 * mm-review: allow(two):\n	 */\n	a();\n}\n';
    expect(silenceMade(text, [['one', 7], ['two', 7]])).toEqual([`5:5 information[unused-allow] ${noReason}`, '7 two']);
  });

  it('silences its own file only', () => {
    const tree = createTree(backend, { indexFiles: () => ['a.c', 'b.c'], read: (path) => (path === 'a.c' ? '/* mm-review: allow(one): fine */\n' : '\n') });
    const finding: Finding = { rule: 'one', severity: 'warning', message: '', location: { file: 'b.c', line: 1, column: 1, endLine: 1, endColumn: 1 }, function: '', steps: [], scenario: null, assumptions: [], fingerprint: '' };
    expect(silence(tree, ['a.c', 'b.c'], [finding], undefined, ['one']).map((f) => `${f.location.file} ${f.rule}`)).toEqual(['a.c unused-allow', 'b.c one']);
    expect(silence(tree, ['b.c'], [finding], undefined, ['one'])).toEqual([finding]);
  });

  it('follows unsaved text', () => {
    const { analysis, check: again } = analyse(fault(''));
    analysis.setText('mm/a.c', fault(`	/* ${allow}: mutex */\n`));
    expect(again()).toEqual([]);
    analysis.setText('mm/a.c', `\n\n${fault(`	/* ${allow}: mutex */\n`)}`);
    expect(again()).toEqual([]);
    analysis.setText('mm/a.c', fault(`	/* ${allow}: mutex */\n	x();\n`));
    expect(again()).toEqual([`7:5 information[unused-allow] ${nothing}`, `9 ${rule}`]);
    analysis.setText('mm/a.c', undefined);
    expect(again()).toEqual([`7 ${rule}`]);
  });
});

describe('unused-allow', () => {
  it('is said of a comment that is not needed', () => {
    expect(check(`/* ${allow}: nothing here */\nint x;\n`)).toEqual([`1:4 information[unused-allow] ${nothing}`]);
  });

  it('is said of a rule that does not exist, with the one that was meant', () => {
    expect(check(fault('	/* mm-review: allow(lockles-pte-to-userfault): mutex */\n'))).toEqual([
      `7:5 information[unused-allow] allow(lockles-pte-to-userfault): no such rule (did you mean ${rule}?)`, `8 ${rule}`,
    ]);
    expect(check('/* mm-review: allow(lockless-pte): mutex */\n')).toEqual([`1:4 information[unused-allow] allow(lockless-pte): no such rule (did you mean ${rule}?)`]);
    expect(check('/* mm-review: allow(R1): mutex */\n')).toEqual(['1:4 information[unused-allow] allow(R1): no such rule']);
    expect(check('/* mm-review: allow(unused-allow): I like it */\n')).toEqual(['1:4 information[unused-allow] allow(unused-allow): not possible; remove the comment that is unused instead']);
  });

  it('does not hold against the rules that are right beside one that is wrong', () => {
    const text = 'void f(void)\n{\n	a(); /* mm-review: allow(one, tow): fine */\n}\n';
    expect(silenceMade(text, [['one', 3], ['two', 3]])).toEqual(['3 two', '3:10 information[unused-allow] allow(tow): no such rule (did you mean two?)']);
  });

  it('is said of a comment without a reason, which silences nothing', () => {
    for (const reason of ['', ':', ': ', ': -', ' the drawer mutex', ':\n	 *']) {
      expect(check(fault('', ` /* ${allow}${reason} */`)), reason).toEqual([`7 ${rule}`, `7:52 information[unused-allow] ${noReason}`]);
    }
    expect(check(fault(`	// ${allow}:\n`))).toEqual([`7:5 information[unused-allow] ${noReason}`, `8 ${rule}`]);
  });

  it('is said of a comment that cannot be understood', () => {
    for (const text of ['mm-review: allow(): x', 'mm-review: ignore this', `mm-review: alow(${rule}): x`, `mm-review: allow ${rule}: x`, `mm-review: allow(${rule}`, 'mm-review:']) {
      expect(check(fault(`	/* ${text} */\n`)), text).toEqual([`7:5 information[unused-allow] ${notUnderstood}`, `8 ${rule}`]);
    }
  });

  it('is not said of strings and of comments that only talk about it', () => {
    for (const line of [`s = "/* ${allow}: x */";`, `s = "\\"// ${allow}: x";`, `s = "${allow}: x";`, `/* Write ${allow}: x */`, `c = '"'; /* as in ${allow}: x */`]) {
      expect(check(fault(`	${line}\n`)), line).toEqual([`8 ${rule}`]);
    }
    expect(check(fault(`	c = '"'; /* ${allow}: x */\n`))).toEqual([]);
    expect(check(fault(`	s = "it's"; /* ${allow}: x */\n`))).toEqual([]);
    expect(check(fault(`	s = "a\\\n"; /* ${allow}: x */\n`))).toEqual([]);
  });

  it('is not said of code that is not read', () => {
    const text = (comment: string): string => `void f(void)\n{\n#ifdef CONFIG_X\n	a();\n#else\n	b(); /* ${comment} */\n#endif\n}\n`;
    expect(check(text(`${allow}: mutex`))).toEqual([]);
    expect(check(text('mm-review: allow(R1): mutex'))).toEqual(['6:10 information[unused-allow] allow(R1): no such rule']);
  });

  it('is not said of rules that were not run, nor when it is not to be run', () => {
    const text = 'void f(void)\n{\n	a(); /* mm-review: allow(one, two): fine */\n}\n';
    const unused = (name: string): string => `3:10 information[unused-allow] allow(${name}) silences nothing: no such finding in this line or the next`;
    expect(silenceMade(text, [])).toEqual([unused('one'), unused('two')]);
    expect(silenceMade(text, [], ['one', 'unused-allow'])).toEqual([unused('one')]);
    expect(silenceMade(text, [], ['one'])).toEqual([]);
    expect(silenceMade(text, [['one', 3]], ['one'])).toEqual([]);
    expect(silenceMade(text.replace('one, two', 'oen'), [], ['unused-allow'])).toHaveLength(1);
    expect(analyse(`/* ${allow}: x */\n`).check([])).toEqual([]);
  });

  it('stands in order, in its function, with a fingerprint that edits elsewhere do not change', () => {
    const text = fault(`	/* ${allow}: mutex */\n	x();\n`);
    const { analysis } = analyse(text);
    const [before] = analysis.check(['mm/a.c']);
    expect(before).toMatchObject({ function: 'drawer_fault', location: { line: 7, column: 5, endLine: 7, endColumn: 5 + allow.length }, steps: [], scenario: null });
    analysis.setText('mm/a.c', `int x;\n${text}`);
    expect(analysis.check(['mm/a.c'])[0]).toMatchObject({ rule: 'unused-allow', location: { line: 8 }, fingerprint: before!.fingerprint });
  });

  it('is said in at most 100 characters', () => {
    const long = 'lockless-pte-to-userfault-and-so-on-and-so-forth';
    for (const text of ['allow(lockless-pte-to-userfaultttttttt): x', `allow(${long.repeat(4)}): x`, `allow(${rule}): x`, `allow(${rule})`, 'allow', 'allow(unused-allow): x']) {
      for (const finding of check(`/* mm-review: ${text} */\n`)) expect(finding.replace(/^.*?\] /, '').length, finding).toBeLessThanOrEqual(100);
    }
  });

  it('comes to an end on text that is broken', () => {
    for (const text of [`/* ${allow}: x`, `// ${allow}: x\\`, `"// ${allow}`, `'\\`, `/* mm-review: allow(`, `// mm-review: ${'allow('.repeat(9999)}`, `${`// ${allow}:\n`.repeat(999)}`]) {
      expect(() => check(text)).not.toThrow();
    }
  });
});
