/** A quick fix for each of our diagnostics whose rule knows one. The analysis has tried it before it is offered. */
import { CodeActionKind, type CancellationToken, type CodeAction, type Diagnostic } from 'vscode-languageserver/node';
import type { ActionSource } from './code-actions';
import type { Delivery } from './delivery';
import { SOURCE, toRange } from './diagnostics';
import type { FeatureContext } from './feature';
import { fixProofWords } from './proof/fix-proof';
import { toWorkspaceEdit, type DocumentEdits } from './workspace-edit';
import type { Fix } from '../analyzer/fixes/fix';
import { fixers } from '../analyzer/fixes';

export const fixActions: ActionSource = {
  kinds: [CodeActionKind.QuickFix],
  usable: () => true,
  async offer({ context: { diagnostics }, textDocument: { uri } }, context, token) {
    const actions: CodeAction[] = [];
    for (const diagnostic of diagnostics) {
      const found = diagnostic.source === SOURCE && fixers.has(String(diagnostic.code)) ? await fixOf(uri, diagnostic, context, token) : undefined;
      if (found?.fix) actions.push(toAction(found.fix, found.versions, uri, diagnostic, context, fixProofWords(uri, diagnostic, found.fix, context.delivery)));
    }
    return actions;
  },
};

/** A fix, or that there is none, with the versions of the open documents that it is for. */
interface Answer {
  readonly fix: Fix | undefined;
  readonly versions: ReadonlyMap<string, number>;
}

/** Editors ask with every move of the cursor. Answers hold until a text changes or something was checked again. */
const known = new WeakMap<Delivery, Map<string, Answer>>();

async function fixOf(uri: string, { code, range: { start } }: Diagnostic, { delivery, documents }: FeatureContext, token: CancellationToken): Promise<Answer | undefined> {
  let answers = known.get(delivery);
  if (answers === undefined) {
    const fresh = new Map<string, Answer>();
    known.set(delivery, (answers = fresh));
    delivery.onFindings(() => fresh.clear());
  }
  const versions = (): Map<string, number> => new Map(documents.all().map((document) => [document.uri, document.version]));
  const keyAt = (now: ReadonlyMap<string, number>): string => JSON.stringify([uri, code, start.line, start.character, ...now]);
  const ready = answers.get(keyAt(versions()));
  if (ready) return ready;
  const answer = await delivery.ask(uri, function* (analysis, path): Generator<undefined, Answer> {
    const findings = yield* analysis.checkInSteps([path]);
    const finding = findings.find(({ rule, location }) => rule === code && location.line - 1 === start.line && location.column - 1 === start.character);
    const fix = finding && (yield* analysis.fixes(finding));
    // In the same turn as the last look at the texts.
    return { fix, versions: versions() };
  }, token);
  if (answer) answers.set(keyAt(answer.versions), answer);
  return answer;
}

function toAction({ title, safety, why, edits }: Fix, versions: ReadonlyMap<string, number>, uri: string, diagnostic: Diagnostic, { capabilities, delivery }: FeatureContext, proof: string | undefined): CodeAction {
  const byFile = new Map<string, DocumentEdits>();
  for (const { location, text } of edits) {
    const target = delivery.uriOf(uri, location.file);
    const old = byFile.get(target)?.edits ?? [];
    byFile.set(target, { uri: target, version: versions.get(target) ?? null, edits: [...old, { range: toRange(location), newText: text }] });
  }
  const isSafe = safety === 'safe';
  const remarks = [...(isSafe ? [] : ['read it first']), ...(proof === undefined ? [] : [proof])];
  return {
    title: remarks.length === 0 ? title : `${title} (${remarks.join('; ')})`,
    kind: CodeActionKind.QuickFix,
    diagnostics: [diagnostic],
    // What an editor applies at one key has to be right.
    ...(isSafe && proof !== undefined && { isPreferred: true }),
    edit: toWorkspaceEdit(capabilities, [...byFile.values()], isSafe ? undefined : { label: title, description: why }),
  };
}
