/** A finding as clients name it. */
import { isRecord } from '../settings';

export interface FindingTarget {
  readonly uri: string;
  readonly fingerprint: string;
}

/** Undefined when it is none. */
export function parseFindingTarget(value: unknown): FindingTarget | undefined {
  if (!isRecord(value) || typeof value.uri !== 'string' || typeof value.fingerprint !== 'string') return undefined;
  return { uri: value.uri, fingerprint: value.fingerprint };
}
