/** The notification that feeds a client's status item. Sent only to clients that asked for it in their initialization options. */
import { NotificationType } from 'vscode-languageserver/node';
import { isRecord } from './settings';

export interface Status {
  /** `indexing` is the first check in a tree, which reads it. */
  readonly state: 'indexing' | 'analysing' | 'idle';
  /** Root of the kernel tree, null for a file that is in none. */
  readonly root: string | null;
  /** Number of findings shown in the open files of this tree. */
  readonly findings: number;
}

export const statusNotification = new NotificationType<Status>('mmReview/status');

/** True when a client's initialization options ask for status notifications (`{"statusNotification": true}`). */
export function wantsStatus(initializationOptions: unknown): boolean {
  return isRecord(initializationOptions) && initializationOptions.statusNotification === true;
}

/** How long a state must last to be told: checks after a keystroke are shorter, and an item that blinks with them distracts. */
const SETTLE_MS = 150;

export interface StatusReporter {
  report(status: Status): void;
}

/** Sends the states of each tree that last; the last word is always sent. */
export function createStatusReporter(send: (status: Status) => void): StatusReporter {
  const timers = new Map<string | null, NodeJS.Timeout>();
  const sent = new Map<string | null, string>();

  function flush(status: Status): void {
    timers.delete(status.root);
    const text = JSON.stringify(status);
    if (sent.get(status.root) === text) return;
    sent.set(status.root, text);
    send(status);
  }

  return {
    report(status) {
      clearTimeout(timers.get(status.root));
      if (status.state === 'indexing') flush(status);
      else timers.set(status.root, setTimeout(flush, SETTLE_MS, status).unref());
    },
  };
}
