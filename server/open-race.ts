/**
 * From a finding to its race: a quick fix at the warning and a code lens above its function. Both run a command that only a client can have; whoever did
 * not announce it gets neither.
 */
import { CodeActionKind, type CodeLens, type Command } from 'vscode-languageserver/node';
import type { ActionSource } from './code-actions';
import type { LensSource } from './code-lenses';
import { SOURCE } from './diagnostics';
import type { Engine } from './engine';
import { headOf } from './function-heads';
import { isRecord } from './settings';

export const OPEN_RACE = 'mmReview.openRace';

/** A quick fix for each of the diagnostics that has a race to show. */
export const raceActions: ActionSource = {
  kinds: [CodeActionKind.QuickFix],
  usable: ({ commands }) => commands.has(OPEN_RACE),
  offer({ context, textDocument }, { delivery, engine }) {
    const findings = delivery.findingsIn(textDocument.uri);
    return context.diagnostics.filter(({ source }) => source === SOURCE).flatMap((diagnostic) => {
      const scenario = scenarioOf(diagnostic.data) ?? findings.find(({ rule }) => rule === diagnostic.code)?.scenario ?? undefined;
      const title = scenario === undefined ? undefined : titleOf(engine, scenario);
      if (scenario === undefined || title === undefined) return [];
      return [{ title: `Open the race: ${title}`, kind: CodeActionKind.QuickFix, diagnostics: [diagnostic], command: openRace('Open the race', scenario) }];
    });
  },
};

/** A lens above each function that has findings, one for each of their scenarios. */
export const raceLenses: LensSource = {
  ofFindings: true,
  usable: ({ commands }) => commands.has(OPEN_RACE),
  lenses(document, { delivery, engine }) {
    const lenses = new Map<string, CodeLens>();
    const lines = document.getText().split('\n');
    for (const finding of delivery.findingsIn(document.uri)) {
      const title = finding.scenario === null ? undefined : titleOf(engine, finding.scenario);
      if (finding.scenario === null || title === undefined) continue;
      const line = headOf(lines, finding);
      const position = { line, character: 0 };
      lenses.set(`${line} ${finding.scenario}`, { range: { start: position, end: position }, command: openRace(`Open the race scenario: ${title}`, finding.scenario) });
    }
    return [...lenses.values()];
  },
};

/** A scenario's title by its name; undefined when there is no such scenario. */
function titleOf(engine: Engine, scenario: string): string | undefined {
  return engine.scenarios().scenarios.find((file) => file.scenario?.name === scenario)?.scenario?.title;
}

function openRace(title: string, scenario: string): Command {
  return { title, command: OPEN_RACE, arguments: [{ scenario }] };
}

function scenarioOf(data: unknown): string | undefined {
  return isRecord(data) && typeof data.scenario === 'string' ? data.scenario : undefined;
}
