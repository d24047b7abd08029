/** A quick fix for each of our diagnostics whose rule knows one. The analysis has tried it before it is offered. */
import { CodeActionKind, CodeActionTriggerKind, type CancellationToken, type CodeAction, type Diagnostic } from 'vscode-languageserver/node';
import type { ActionSource } from './code-actions';
import type { Delivery } from './delivery';
import { SOURCE, toRange } from './diagnostics';
import type { FeatureContext } from './feature';
import { createFixTrials, type FixTrials } from './fix-trials';
import { withinPatience } from './patience';
import { fixProofWords } from './proof/fix-proof';
import { toWorkspaceEdit, type DocumentEdits } from './workspace-edit';
import type { Fix } from '../analyzer/fixes/fix';
import { fixers } from '../analyzer/fixes';

export const fixActions: ActionSource = {
  kinds: [CodeActionKind.QuickFix],
  usable(context) {
    trialsOf.set(context.delivery, createFixTrials(context));
    return true;
  },
  async offer({ context: { diagnostics, triggerKind }, textDocument: { uri } }, context, token) {
    const trials = trialsOf.get(context.delivery);
    const asked = diagnostics.filter(({ source, code }) => source === SOURCE && fixers.has(String(code))).map(async (diagnostic) => {
      const { code, range: { start } } = diagnostic;
      const tried = await trials?.of(uri, { rule: String(code), line: start.line, character: start.character });
      return tried?.fix && toAction(tried.fix, tried.versions, uri, diagnostic, context, fixProofWords(uri, diagnostic, tried.fix, context.delivery));
    });
    const answers = await Promise.all(asked.map((answer) => waitFor(answer, triggerKind, token)));
    return answers.filter((action) => action !== undefined);
  },
};

const trialsOf = new WeakMap<Delivery, FixTrials>();

/** Who asks for fixes waits until they have been tried, and so does a client that does not say who asks. With every move of the cursor editors ask on their own: there will be another time. */
function waitFor<T>(answer: Promise<T>, trigger: CodeActionTriggerKind | undefined, token: CancellationToken): Promise<T | undefined> {
  if (trigger === CodeActionTriggerKind.Automatic) return withinPatience(answer);
  const cancelled = new Promise<undefined>((resolve) => void token.onCancellationRequested(() => resolve(undefined)));
  return Promise.race([answer, cancelled]);
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
