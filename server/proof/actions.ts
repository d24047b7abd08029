/** From a finding to its proof: a quick fix that proves it, or that opens what was explored. */
import { CodeActionKind, type CodeAction, type Command } from 'vscode-languageserver/node';
import type { ActionSource } from '../code-actions';
import { SOURCE } from '../diagnostics';
import { OPEN_RACE } from '../open-race';
import { count } from '../checker';
import { isRecord } from '../settings';
import { isWitnessRule } from '../../witness';
import { PROVE_FINDING } from './requests';
import type { FindingTarget } from './target';
import type { Verdict } from './verdict';

export const proofActions: ActionSource = {
  kinds: [CodeActionKind.QuickFix],
  usable: () => true,
  offer({ context, textDocument: { uri } }, { commands, delivery, proofs }) {
    if (delivery.settings().proof === 'off') return [];
    const findings = delivery.findingsIn(uri);
    return context.diagnostics.filter(({ source, code }) => source === SOURCE && isWitnessRule(String(code))).flatMap((diagnostic): CodeAction[] => {
      const { start } = diagnostic.range;
      const finding = findings.find(({ rule, location }) => rule === diagnostic.code && location.line - 1 === start.line && location.column - 1 === start.character);
      const fingerprint = finding?.fingerprint ?? fingerprintOf(diagnostic.data);
      if (fingerprint === undefined) return [];
      const command = commandFor({ uri, fingerprint }, proofs.known(uri, fingerprint), commands);
      return [{ title: command.title, kind: CodeActionKind.QuickFix, diagnostics: [diagnostic], command }];
    });
  },
};

/** What was explored can be opened by clients that show races. What was not decided can be tried again, with more time. */
function commandFor(target: FindingTarget, verdict: Verdict | undefined, commands: ReadonlySet<string>): Command {
  if (verdict !== undefined && verdict.proof.kind !== 'unresolved' && commands.has(OPEN_RACE)) {
    const title = verdict.proof.kind === 'confirmed' ? `Open the proof: ${count(verdict.proof.steps, 'step')} on this code` : 'Open the race scenario of this code, in which nothing went wrong';
    return { title, command: OPEN_RACE, arguments: [{ finding: target }] };
  }
  return { title: 'Prove this finding', command: PROVE_FINDING, arguments: [target] };
}

function fingerprintOf(data: unknown): string | undefined {
  return isRecord(data) && typeof data.fingerprint === 'string' ? data.fingerprint : undefined;
}
