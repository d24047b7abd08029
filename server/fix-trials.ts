/** Fixes that were tried, by the state of all that they rest on: in idle time for every finding of the open documents, so that they are there when asked for. */
import { CancellationTokenSource } from 'vscode-languageserver/node';
import type { Analysis } from '../analyzer/analysis';
import type { Fix } from '../analyzer/fixes/fix';
import { fixers } from '../analyzer/fixes';
import type { FeatureContext } from './feature';

/** A fix, or that there is none, with the versions of the open documents that it is for. */
export interface Tried {
  readonly fix: Fix | undefined;
  readonly versions: ReadonlyMap<string, number>;
}

/** A finding, by its rule and where it begins, from 0. */
export interface Place {
  readonly rule: string;
  readonly line: number;
  readonly character: number;
}

export interface FixTrials {
  /** For the texts as they are now: from what is known, or tried before anything else that can wait. Undefined when the document is not open. */
  of(uri: string, place: Place): Promise<Tried | undefined>;
}

/** Beyond so many findings of a document fixes are tried when they are asked for. */
const maxAhead = 20;

export function createFixTrials({ delivery, documents, log }: FeatureContext): FixTrials {
  /** By document; `revision` is what the answers hold for. */
  const known = new Map<string, { readonly revision: number; readonly tried: Map<string, Tried> }>();
  const ahead = new Map<string, CancellationTokenSource>();

  function triedIn(uri: string): Map<string, Tried> {
    const revision = delivery.revision(uri) ?? -1;
    let entry = known.get(uri);
    if (entry?.revision !== revision) known.set(uri, (entry = { revision, tried: new Map() }));
    return entry.tried;
  }

  async function find(uri: string, place: Place, when: 'next' | 'idle', source: CancellationTokenSource): Promise<Tried | undefined> {
    const key = `${place.rule} ${place.line} ${place.character}`;
    return triedIn(uri).get(key) ?? delivery.ask(uri, function* (analysis, path): Generator<undefined, Tried> {
      // Another question may have come to it first.
      const ready = triedIn(uri).get(key);
      if (ready) return ready;
      const fix = yield* tryFix(analysis, path, place);
      // In the same turn as the last look at the texts.
      const tried = { fix, versions: new Map(documents.all().map((document) => [document.uri, document.version])) };
      triedIn(uri).set(key, tried);
      return tried;
    }, source.token, when);
  }

  delivery.onFindings((uri, findings) => {
    ahead.get(uri)?.cancel();
    ahead.delete(uri);
    if (documents.get(uri) === undefined) {
      known.delete(uri);
      return;
    }
    const source = new CancellationTokenSource();
    ahead.set(uri, source);
    for (const { rule, location } of findings.filter(({ rule }) => fixers.has(rule)).slice(0, maxAhead)) {
      find(uri, { rule, line: location.line - 1, character: location.column - 1 }, 'idle', source).catch((error: unknown) => log.failure('Trying a fix', error));
    }
  });

  return { of: (uri, place) => find(uri, place, 'next', new CancellationTokenSource()) };
}

function* tryFix(analysis: Analysis, path: string, { rule, line, character }: Place): Generator<undefined, Fix | undefined> {
  const findings = yield* analysis.checkInSteps([path]);
  const finding = findings.find((f) => f.rule === rule && f.location.line - 1 === line && f.location.column - 1 === character);
  return finding && (yield* analysis.fixes(finding));
}
