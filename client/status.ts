/** What the server tells the status item: the message type that client and server share, and how the client reads it. */

export const STATUS_METHOD = 'mmReview/status';

export interface Status {
  readonly state: 'indexing' | 'analysing' | 'idle';
  /** Root of the kernel tree, null for a file that is in none. */
  readonly root: string | null;
  /** Number of findings shown in the open files of this tree. */
  readonly findings: number;
}

/** Reads a message of the server; undefined when it is of another version's shape. */
export function parseStatus(value: unknown): Status | undefined {
  if (typeof value !== 'object' || value === null || !('state' in value) || !('root' in value) || !('findings' in value)) return undefined;
  const { state, root, findings } = value;
  if (state !== 'indexing' && state !== 'analysing' && state !== 'idle') return undefined;
  if ((typeof root !== 'string' && root !== null) || typeof findings !== 'number') return undefined;
  return { state, root, findings };
}

export interface StatusLook {
  /** All icons are equally wide and the text never changes, so the item does not move its neighbours. */
  readonly text: string;
  readonly tooltip: string;
}

/** The look of the status item; `failure` is why there is no server. */
export function statusLook(status: Status | undefined, failure?: string): StatusLook {
  if (failure !== undefined) return { text: '$(error) MM Review', tooltip: `The language server does not run: ${failure}` };
  if (status === undefined) return { text: '$(search) MM Review', tooltip: 'Starting' };
  const where = status.root === null ? 'a file in no kernel tree' : status.root;
  if (status.state === 'indexing') return { text: '$(sync~spin) MM Review', tooltip: `Reading ${where}` };
  if (status.state === 'analysing') return { text: '$(sync~spin) MM Review', tooltip: `Checking in ${where}` };
  if (status.findings === 0) return { text: '$(pass) MM Review', tooltip: `No userfaultfd race found in the open files of ${where}` };
  return { text: '$(warning) MM Review', tooltip: `${status.findings === 1 ? '1 finding' : `${status.findings} findings`} in the open files of ${where}` };
}
