/**
 * From a finding to its race: a quick fix at the warning and a code lens above its function. Both run a command that only a client can have; whoever did
 * not announce it gets neither.
 */
import { CodeActionKind, CodeLensRefreshRequest, type ClientCapabilities, type CodeAction, type CodeActionParams, type CodeLens, type Command, type Connection } from 'vscode-languageserver/node';
import type { TextDocument } from 'vscode-languageserver-textdocument';
import { SOURCE } from './diagnostics';
import { isRecord } from './settings';
import type { Finding } from '../analyzer/findings/finding';

export const OPEN_RACE = 'mmReview.openRace';

/** True when a client's initialization options say that it has the command (`{"commands": ["mmReview.openRace"]}`). */
export function opensRaces(initializationOptions: unknown): boolean {
  return isRecord(initializationOptions) && Array.isArray(initializationOptions.commands) && initializationOptions.commands.includes(OPEN_RACE);
}

/** A scenario's title by its name; undefined when there is no such scenario. */
export type TitleOf = (scenario: string) => string | undefined;

/** A quick fix for each of the diagnostics that has a race to show. */
export function raceActions({ context }: CodeActionParams, findings: readonly Finding[], titleOf: TitleOf): CodeAction[] {
  if (context.only !== undefined && !context.only.some((kind) => kind === CodeActionKind.QuickFix || kind === '')) return [];
  return context.diagnostics.filter(({ source }) => source === SOURCE).flatMap((diagnostic) => {
    const scenario = scenarioOf(diagnostic.data) ?? findings.find(({ rule }) => rule === diagnostic.code)?.scenario ?? undefined;
    const title = scenario === undefined ? undefined : titleOf(scenario);
    if (scenario === undefined || title === undefined) return [];
    return [{ title: `Open the race: ${title}`, kind: CodeActionKind.QuickFix, diagnostics: [diagnostic], command: openRace('Open the race', scenario) }];
  });
}

/** A lens above each function that has findings, one for each of their scenarios. */
export function raceLenses(document: TextDocument, findings: readonly Finding[], titleOf: TitleOf): CodeLens[] {
  const lenses = new Map<string, CodeLens>();
  const lines = document.getText().split('\n');
  for (const finding of findings) {
    const title = finding.scenario === null ? undefined : titleOf(finding.scenario);
    if (finding.scenario === null || title === undefined) continue;
    const line = headOf(lines, finding);
    const position = { line, character: 0 };
    lenses.set(`${line} ${finding.scenario}`, { range: { start: position, end: position }, command: openRace(`Open the race scenario: ${title}`, finding.scenario) });
  }
  return [...lenses.values()].sort((a, b) => a.range.start.line - b.range.start.line);
}

/** The line (from 0) where the function of a finding begins; while the text is newer than the finding, the best guess. */
function headOf(lines: readonly string[], { function: name, location }: Finding): number {
  const head = new RegExp(`^(?:\\w.*\\W)?${name.replace(/\W/g, '\\$&')}\\s*\\(`);
  const isHead = (line: string): boolean => head.test(line) && !/;\s*$/.test(line);
  const above = lines.findLastIndex((line, index) => index < location.line && isHead(line));
  const found = above >= 0 ? above : lines.findIndex(isHead);
  return found >= 0 ? found : Math.min(location.line, lines.length) - 1;
}

function openRace(title: string, scenario: string): Command {
  return { title, command: OPEN_RACE, arguments: [{ scenario }] };
}

function scenarioOf(data: unknown): string | undefined {
  return isRecord(data) && typeof data.scenario === 'string' ? data.scenario : undefined;
}

/** Asks the client to draw its lenses anew when they have changed. */
export interface LensRefresher {
  /** What is shown of this document may have changed. */
  changed(uri: string, findings: readonly Finding[]): void;
}

/** Changes that follow each other closely are one. */
const REFRESH_MS = 100;

export function createLensRefresher(connection: Connection, capabilities: ClientCapabilities): LensRefresher {
  const drawn = new Map<string, string>();
  let timer: NodeJS.Timeout | undefined;

  async function refresh(): Promise<void> {
    try {
      await connection.sendRequest(CodeLensRefreshRequest.type);
    } catch {
      // The client is gone, or draws them when it likes to.
    }
  }

  return {
    changed(uri, findings) {
      if (capabilities.workspace?.codeLens?.refreshSupport !== true) return;
      const text = findings.map(({ function: name, scenario }) => `${name} ${scenario}`).sort().join('\n');
      if ((drawn.get(uri) ?? '') === text) return;
      drawn.set(uri, text);
      clearTimeout(timer);
      timer = setTimeout(() => void refresh(), REFRESH_MS).unref();
    },
  };
}
