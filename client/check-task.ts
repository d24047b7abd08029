/** What a task that checks runs: the command line that came with the extension. Nothing of the workspace is run, and no setting names a program. */

export const TASK_TYPE = 'mm-review';
export const PROBLEM_MATCHER = '$mm-review';

/** The file in the editor, or the tree that the folder lies in. */
export const TARGETS = ['file', 'tree'] as const;
export type Target = (typeof TARGETS)[number];

/** What tasks.json says; undefined when it is nothing of ours. */
export function parseTarget(definition: unknown): Target | undefined {
  if (typeof definition !== 'object' || definition === null || !('type' in definition) || definition.type !== TASK_TYPE || !('target' in definition)) return undefined;
  return TARGETS.find((target) => target === definition.target);
}

export interface CheckTask {
  readonly name: string;
  readonly detail: string;
  /** Arguments of the command line. VS Code fills in the file. */
  readonly args: readonly string[];
}

/** `root` is the tree's. */
export function checkTask(target: Target, root: string): CheckTask {
  switch (target) {
    case 'file': return { name: 'check file', detail: 'Looks for userfaultfd races in the file in the editor, as it was saved', args: ['check', '--root', root, '${file}'] };
    case 'tree': return { name: 'check tree', detail: 'Looks for userfaultfd races in all of the kernel tree, as it was saved', args: ['check', '--root', root] };
  }
}
