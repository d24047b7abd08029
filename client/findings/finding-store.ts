/** All findings that VS Code has: those of open files, and whatever a check of the whole tree brings. They are read off the diagnostics, so that there is no second channel. */
import * as vscode from 'vscode';
import { SOURCE, parseFindingData, withIds, withoutVerdict, type Finding, type Place } from './finding';

export interface FindingStore extends vscode.Disposable {
  readonly onDidChange: vscode.Event<void>;
  all(): readonly Finding[];
}

export function createFindingStore(): FindingStore {
  const changed = new vscode.EventEmitter<void>();
  const files = new Map<string, readonly Finding[]>();
  let timer: NodeJS.Timeout | undefined;

  /** True when it had findings or has some. */
  function read(uri: vscode.Uri, diagnostics: readonly vscode.Diagnostic[]): boolean {
    const key = uri.toString();
    const before = files.get(key);
    const findings = findingsOf(uri, diagnostics);
    if (findings.length > 0) files.set(key, findings);
    else files.delete(key);
    return before !== undefined || findings.length > 0;
  }

  for (const [uri, diagnostics] of vscode.languages.getDiagnostics()) read(uri, diagnostics);
  const listener = vscode.languages.onDidChangeDiagnostics(({ uris }) => {
    const news = uris.map((uri) => read(uri, vscode.languages.getDiagnostics(uri)));
    // A check of a whole tree brings one file after the other.
    if (news.includes(true)) timer ??= setTimeout(() => {
      timer = undefined;
      changed.fire();
    }, 50);
  });

  return {
    onDidChange: changed.event,
    all: () => [...files.values()].flat(),
    dispose() {
      clearTimeout(timer);
      listener.dispose();
      changed.dispose();
    },
  };
}

function findingsOf(uri: vscode.Uri, diagnostics: readonly vscode.Diagnostic[]): Finding[] {
  return withIds(diagnostics.flatMap((diagnostic) => {
    // The language client keeps what the server said beside the fields that VS Code knows.
    const data = diagnostic.source === SOURCE && 'data' in diagnostic ? parseFindingData(diagnostic.data) : undefined;
    if (data === undefined) return [];
    return [{
      fingerprint: data.fingerprint, rule: ruleOf(diagnostic), function: data.function, scenario: data.scenario,
      severity: diagnostic.severity === vscode.DiagnosticSeverity.Warning ? 'warning' as const : 'information' as const,
      message: withoutVerdict(diagnostic.message, data.verdict), place: toPlace(uri, diagnostic.range), verdict: data.verdict,
      steps: (diagnostic.relatedInformation ?? []).slice(0, data.verdict?.path).map(({ location, message }) => ({ place: toPlace(location.uri, location.range), message })),
    }];
  }));
}

function ruleOf({ code }: vscode.Diagnostic): string {
  return String(typeof code === 'object' ? code.value : code ?? '');
}

function toPlace(uri: vscode.Uri, { start, end }: vscode.Range): Place {
  return { uri: uri.toString(), line: start.line, column: start.character, endLine: end.line, endColumn: end.character };
}
