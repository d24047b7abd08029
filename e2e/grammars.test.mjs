// What is coloured how: our grammars beside VS Code's own grammar of C, read by the library that VS Code reads them with.
import { before, test } from 'node:test';
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { projectDir } from '../scripts/kernel-trees.mjs';
import { loadGrammars } from './grammar.mjs';
import { setup } from './setup.mjs';

let colour;
before(async () => {
  setup();
  colour = await loadGrammars();
});

/** The innermost scope that says what a token is; VS Code's themes go by it. */
const innermost = ({ scopes }) => scopes.at(-1);

/** Lines of C, and below a line what some of its tokens are: `//~ name: scope`, or `-` for what is none of ours. */
const C = `/* ptep_get_lockless(ptep) is read without the lock */
//~ ptep_get_lockless: -
// handle_userfault(vmf, 0)
//~ handle_userfault: -
static vm_fault_t look(struct vm_fault *vmf, struct vm_area_struct *vma)
//~ look: -
{
	pte_t entry = ptep_get_lockless(vmf->pte), other = ptep_get(vmf->pte);
//~ ptep_get_lockless: support.function.mm.read.lockless.c
//~ ptep_get: support.function.mm.read.c
	pmd_t pmd = pmdp_get_lockless (vmf->pmd);
//~ pmdp_get_lockless: support.function.mm.read.lockless.c
	if (!pte_none(entry) && userfaultfd_missing(vma))
//~ pte_none: support.function.mm.test.c
//~ userfaultfd_missing: support.function.mm.vma.c
		pr_warn("huge_ptep_get(pte) is %d, %d", ptep_get(vmf->pte));
//~ huge_ptep_get: -
//~ ptep_get: support.function.mm.read.c
//~ pr_warn: -
	ptep_get_lockless_later(vmf);
//~ ptep_get_lockless_later: -
	int ptep_get = '(';
//~ ptep_get: -
	ptl = pte_lockptr(mm, pmd);
//~ pte_lockptr: support.function.mm.lock.c
	set_pte_at(mm, address, vmf->pte, entry);
//~ set_pte_at: support.function.mm.write.c
	return handle_userfault(vmf, VM_UFFD_MISSING);
//~ handle_userfault: support.function.mm.event.c
}
#define READ(p) ptep_get(p) /* not ptep_get_lockless(p) */
//~ ptep_get: support.function.mm.read.c
//~ ptep_get_lockless: -
`;

test('kernel C: primitives by what they do, lockless readers apart; not in comments and strings, nor where nothing is called', async () => {
  const lines = C.split('\n');
  const coloured = await colour('source.c', lines.filter((line) => !line.startsWith('//~')).join('\n'));
  let at = -1;
  for (const line of lines) {
    const [, name, scope] = /^\/\/~ (\w+): (\S+)$/.exec(line) ?? [];
    if (name === undefined) {
      at++;
      continue;
    }
    const ours = coloured[at].filter(({ text, scopes }) => text.trim() === name && scopes.some((each) => each.startsWith('support.function.mm.')));
    if (scope === '-') assert.deepEqual(ours, [], `${name} in line ${at + 1}`);
    else assert.deepEqual(ours.map(innermost), [scope], `${name} in line ${at + 1}`);
  }
  // All else is C as it was.
  const plain = coloured.flat().map(innermost).filter((scope) => !scope.startsWith('support.function.mm.'));
  for (const scope of ['comment.block.c', 'comment.line.double-slash.c', 'string.quoted.double.c', 'keyword.control.c', 'storage.modifier.c', 'entity.name.function.c']) assert.ok(plain.includes(scope), scope);
});

test('every name of the grammar is coloured as it says', async () => {
  const { patterns } = JSON.parse(fs.readFileSync(path.join(projectDir, 'syntaxes/kernel-mm.tmLanguage.json'), 'utf8'));
  for (const { name: scope, match } of patterns) {
    const names = /\(\?:([\w|]+)\)/.exec(match)[1].split('|');
    const lines = await colour('source.c', names.map((name) => `\t${name}(pte);`).join('\n'));
    names.forEach((name, index) => assert.equal(innermost(lines[index].find(({ text }) => text === name)), scope, name));
  }
});

const folder = path.join(projectDir, 'scenarios');
const scenarios = fs.readdirSync(folder, { recursive: true }).filter((name) => name.endsWith('.litmus')).sort();

test('there are scenarios to look at', () => assert.ok(scenarios.length > 10));

for (const name of scenarios) {
  test(`litmus: ${name}`, async () => {
    const text = fs.readFileSync(path.join(folder, name), 'utf8');
    const lines = await colour('source.mm-litmus', text);
    const numbered = text.split('\n').map((line, index) => ({ line, tokens: lines[index], where: `${name}:${index + 1}` }));
    /** Scopes of the first token with this text. */
    const scopesOf = ({ tokens, where }, wanted) => (tokens.find((token) => token.text.trim() === wanted) ?? assert.fail(`${where}: no token "${wanted}"`)).scopes;
    const headerEnd = numbered.findIndex(({ line }) => /\*\)\s*$/.test(line));
    const initEnd = numbered.findIndex(({ line }, index) => index > headerEnd && line.startsWith('}'));

    assert.ok(scopesOf(numbered[0], path.basename(name, '.litmus')).includes('entity.name.section.mm-litmus'));
    assert.ok(headerEnd > 0 && initEnd > headerEnd, 'a header, and initial values');
    // The header is a comment, with keys; what follows it is not.
    for (const each of numbered.slice(1, headerEnd + 1).filter(({ line }) => line.trim() !== '')) {
      assert.ok(each.tokens.every(({ scopes }) => scopes.includes('comment.block.mm-litmus')), `${each.where}: ${each.line}`);
      const [, key] = /^ \* ([A-Z][a-z]+): /.exec(each.line) ?? [];
      if (key === 'Variant' || key === 'Expect') assert.ok(scopesOf(each, key).includes('keyword.other.header.mm-litmus'), each.where);
      const [, verdict] = /^ \* Expect:.* (Sometimes|Never)/.exec(each.line) ?? [];
      if (verdict !== undefined) assert.ok(scopesOf(each, verdict).includes('constant.language.verdict.mm-litmus'), each.where);
    }
    // The initial values end where they end: braces in them do not.
    numbered.forEach(({ line, tokens, where }, index) => {
      const isInit = index > headerEnd && index <= initEnd && line.trim() !== '';
      assert.equal(tokens.some(({ scopes }) => scopes.includes('meta.init.mm-litmus')), isInit, `${where}: ${line}`);
    });

    // The threads, what the machine adds to C, and comments of C.
    const code = numbered.slice(initEnd + 1);
    const commented = ({ scopes }) => scopes.some((scope) => scope.startsWith('comment.'));
    let threads = 0;
    for (const each of code) {
      const [, thread] = /^(?:void )?(P\d+)\(/.exec(each.line) ?? [];
      if (thread !== undefined) {
        threads++;
        assert.ok(scopesOf(each, thread).includes('entity.name.function.thread.mm-litmus'), `${each.where}: ${each.line}`);
      }
      for (const { text: token, scopes } of each.tokens.filter((token) => !commented(token))) {
        if (/^(user_(read|write|lookup)|choose|wake_userfault|ghost_[a-z]+)$/.test(token) && each.line.includes(`${token}(`)) assert.equal(scopes.at(-1), 'support.function.machine.mm-litmus', `${each.where}: ${token}`);
        if (/^PTE_[A-Z_]+$/.test(token)) assert.equal(scopes.at(-1), 'constant.other.mm-litmus', `${each.where}: ${token}`);
      }
      if (/^\s*\/\*.*\*\/\s*$/.test(each.line)) assert.ok(each.tokens.filter((token) => token.text.trim() !== '').every(commented), `${each.where}: ${each.line}`);
    }
    // A library thread is `P`, which takes the place of another.
    assert.ok(threads > 0 || code.some(({ line }) => /^(?:void )?P\(/.test(line)), 'a thread');
  });
}

test('litmus: a condition at the end', async () => {
  const lines = await colour('source.mm-litmus', `C a

{ pte_t pte = PTE_NONE; ghost int told = 0; }

P0(pte_t *pte)
{
	int seen = user_read(pte);
}

exists (0:seen=1 /\\ ~(told=0
	\\/ pte=PTE_NONE)) (* not P0 *)
`);
  const scopes = new Map(lines.flat().map(({ text, scopes: all }) => [text.trim(), all.at(-1)]));
  const expected = { exists: 'keyword.control.exists', ghost: 'storage.modifier.ghost', P0: 'entity.name.function.thread', user_read: 'support.function.machine', PTE_NONE: 'constant.other', '/\\': 'keyword.operator.logical', '~': 'keyword.operator.logical' };
  for (const [text, scope] of Object.entries(expected)) assert.equal(scopes.get(text), `${scope}.mm-litmus`, text);
  assert.ok(lines.slice(9).flat().filter(({ text }) => text !== '').every(({ scopes: all }) => all.includes('meta.exists.mm-litmus')));
  assert.deepEqual(lines[10].filter(({ scopes: all }) => all.includes('comment.block.mm-litmus')).map(({ text }) => text).join(''), '(* not P0 *)');
});
