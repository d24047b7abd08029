/** Where a function begins in a text that may be newer than what is known of it. */
import type { Finding } from '../analyzer/findings/finding';

/** The line (from 0) with the head of a finding's function; while the text is newer than the finding, the best guess. */
export function headOf(lines: readonly string[], { function: name, location }: Finding): number {
  const head = new RegExp(`^(?:\\w.*\\W)?${name.replace(/\W/g, '\\$&')}\\s*\\(`);
  const isHead = (line: string): boolean => head.test(line) && !/;\s*$/.test(line);
  const above = lines.findLastIndex((line, index) => index < location.line && isHead(line));
  const found = above >= 0 ? above : lines.findIndex(isHead);
  return found >= 0 ? found : Math.min(location.line, lines.length) - 1;
}
