import { describe, expect, it } from 'vitest';
import { builtinModel, extendModel } from '../../kernel/model';
import { readModelFile } from '../../kernel/model-file';
import type { KernelModel } from '../../kernel/model';
import { loadBackend } from '../../parser/backend';
import { createTree } from '../call-graph/tree';
import { waysToUserfault } from './userfaults';

const backend = await loadBackend('native');

/** `function: callee reason`, one for each way. */
function ways(text: string, model: KernelModel = builtinModel): string[] {
  const run = waysToUserfault(createTree(backend, { indexFiles: () => ['mm/a.c'], read: () => text }, model));
  let step = run.next();
  while (!step.done) step = run.next();
  return [...step.value].flatMap(([ref, own]) => own.map((way) => `${ref.name}: ${way.callee} ${way.reason ?? '?'}`)).sort();
}

const handler = (name: string, body: string): string => `vm_fault_t ${name}(struct vm_fault *vmf)\n{\n${body}\n}\n`;
const raise = 'vm_fault_t raise(struct vm_fault *vmf, unsigned long reason)\n{\n\treturn handle_userfault(vmf, reason);\n}\n';

describe('waysToUserfault', () => {
  it('follows reasons through parameters, not through what else a function may do to them', () => {
    expect(ways(raise + handler('a', '\treturn raise(vmf, VM_UFFD_WP);'))).toEqual(['a: raise VM_UFFD_WP', 'raise: handle_userfault VM_UFFD_WP']);
    expect(ways(raise + handler('a', '\treturn raise(vmf, VM_UFFD_WP);') + handler('b', '\tunsigned long r = VM_UFFD_WP;\n\n\treturn raise(vmf, r);'))).toEqual(['a: raise VM_UFFD_WP', 'b: raise ?', 'raise: handle_userfault ?']);
    const changes = raise.replace('\treturn', '\treason |= 1;\n\treturn');
    expect(ways(changes + handler('a', '\treturn raise(vmf, VM_UFFD_WP);'))).toEqual(['a: raise ?', 'raise: handle_userfault ?']);
    expect(ways(raise)).toEqual(['raise: handle_userfault ?']);
  });

  it('ends where NULL is handed in for the fault, at whatever distance', () => {
    const inner = 'int inner(struct inode *inode, struct vm_fault *vmf)\n{\n\tif (vmf)\n\t\treturn handle_userfault(vmf, VM_UFFD_MINOR);\n\treturn 0;\n}\n';
    const outer = 'vm_fault_t outer(struct inode *inode, struct vm_fault *fault)\n{\n\treturn inner(inode, fault);\n}\n';
    const user = (fault: string): string => handler('user', `\treturn outer(vmf->inode, ${fault});`);
    const below = ['inner: handle_userfault VM_UFFD_MINOR', 'outer: inner VM_UFFD_MINOR'];
    expect(ways(inner + outer + user('NULL'))).toEqual(below);
    expect(ways(inner + outer + user('vmf'))).toEqual([...below, 'user: outer VM_UFFD_MINOR']);
  });

  it('ends where somebody makes up a fault', () => {
    const swapin = 'int swapin(struct vm_area_struct *vma)\n{\n\tstruct vm_fault vmf = { .vma = vma, .flags = FAULT_FLAG_ALLOW_RETRY };\n\n\treturn a(&vmf);\n}\n';
    expect(ways(handler('a', '\treturn handle_userfault(vmf, VM_UFFD_WP);') + swapin)).toEqual(['a: handle_userfault VM_UFFD_WP']);
  });

  it('goes through fields of operations that have as many parameters', () => {
    const table = 'static const struct vm_operations_struct ops = {\n\t.fault = a,\n};\n';
    const text = handler('a', '\treturn handle_userfault(vmf, VM_UFFD_MISSING);') + table
      + handler('through', '\treturn vmf->vma->vm_ops->fault(vmf);') + handler('special', '\treturn vmf->special->fault(vmf->special, vmf->vma, vmf);');
    expect(ways(text)).toEqual(['a: handle_userfault VM_UFFD_MISSING', 'through: a VM_UFFD_MISSING']);
  });

  it('takes recursion, and comments for what they are', () => {
    const text = handler('a', '\tif (vmf->again)\n\t\treturn b(vmf);\n\treturn handle_userfault(vmf, VM_UFFD_WP);') + handler('b', '\treturn a(vmf);') + handler('c', '\t/* handle_userfault(vmf, VM_UFFD_WP); */\n\treturn 0;');
    expect(ways(text)).toEqual(['a: b VM_UFFD_WP', 'a: handle_userfault VM_UFFD_WP', 'b: a VM_UFFD_WP']);
  });

  it('knows events of a model file, reason first', () => {
    const { entries, problems } = readModelFile('{"primitives": [{"function": "tell_monitor(reason, context)", "effect": "event", "reason": "reason"}]}');
    const model = extendModel(builtinModel, entries);
    expect([problems, ways(handler('a', '\treturn tell_monitor(VM_UFFD_WP, NULL);'), model)]).toEqual([[], ['a: tell_monitor VM_UFFD_WP']]);
  });
});
