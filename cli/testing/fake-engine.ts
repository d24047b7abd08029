/** Stands in for the analyzer: every `BUG_HERE` in a text is a warning, every `HINT_HERE` information, `THROW_HERE` an exception. */
import type { Analysis, AnalysisOptions } from '../../analyzer/analysis';
import { createAnalysis as createRealAnalysis } from '../../analyzer/create';
import type { Finding, Location, Severity } from '../../analyzer/findings/finding';
import { builtinModel } from '../../kernel/model';
import type { Engine } from '../host';

export async function loadEngine(): Promise<Engine> {
  return {
    rules: [
      { name: 'lockless-pte-to-userfault', description: 'An event from an entry that was read without its lock.', severity: 'warning', commit: '123456789abc ("mm: look again")', scenario: null, since: '1.0.0' },
      { name: 'fake-write-fault', description: 'A fault that claims to write.', severity: 'information', commit: '23456789abcd ("mm: do not claim")', scenario: null, since: '1.1.0' },
    ],
    createAnalysis,
    openOutlines: () => undefined,
    loadModel: () => ({ model: builtinModel, problems: [] }),
    loadBackend: async () => ({
      name: 'native',
      withTree: () => {
        throw new Error('the fake parses nothing');
      },
    }),
  };
}

function createAnalysis({ backend, reader, log }: AnalysisOptions): Analysis {
  function* checkInSteps(paths: readonly string[], options?: { readonly rules?: readonly string[] }): Generator<undefined, Finding[]> {
    const findings: Finding[] = [];
    for (const file of [...paths].sort()) {
      yield undefined;
      const text = reader.read(file) ?? '';
      if (text.includes('THROW_HERE')) throw new Error('the fake\nfell over');
      log?.(`looked at ${file}`);
      for (const match of text.matchAll(/BUG_HERE|HINT_HERE/g)) findings.push(findingAt(file, text, match.index, match[0]));
    }
    return findings.filter((finding) => options?.rules?.includes(finding.rule) ?? true);
  }
  const none = createRealAnalysis({ backend, reader: { indexFiles: () => [], read: () => undefined } });
  return {
    setText: () => undefined,
    invalidate: () => undefined,
    setModel: () => undefined,
    setLimits: () => undefined,
    // eslint-disable-next-line require-yield -- it knows of none
    *fixes() { return undefined; },
    withFix: (_fix, ask) => ask(none.tree),
    summarize: () => [],
    navigation: none.navigation,
    tree: none.tree,
    // eslint-disable-next-line require-yield -- the fake knows nothing
    *factsOf() { return undefined; },
    // eslint-disable-next-line require-yield -- the fake knows nothing
    *factsIn() { return []; },
    // eslint-disable-next-line require-yield -- nothing takes time
    *factsSoFar() { return { known: [], missing: [] }; },
    // eslint-disable-next-line require-yield -- the fake knows nothing
    *entryFactsOf() { return undefined; },
    *lookAhead() { yield* []; },
    checkInSteps,
    *index() { yield* []; },
    check: (paths, options) => {
      const steps = checkInSteps(paths, options);
      for (;;) {
        const step = steps.next();
        if (step.done) return step.value;
      }
    },
    // eslint-disable-next-line require-yield -- there is nothing to do in pieces
    *parseStats(paths) {
      if (paths.includes('mm/uncountable.c')) throw new Error('lost count');
      return {
        files: paths.length,
        bytes: paths.reduce((total, file) => total + (reader.read(file)?.length ?? 0), 0),
        functions: 200,
        functionsWithErrors: 1,
        incomplete: ['mm/a.c:odd'],
        notFollowed: ['mm/a.c:long_one'],
        nestedFunctions: 0,
        backend: 'native',
      };
    },
  };
}

function findingAt(file: string, text: string, offset: number, word: string): Finding {
  const line = text.slice(0, offset).split('\n').length;
  const column = offset - text.lastIndexOf('\n', offset - 1);
  const location: Location = { file, line, column, endLine: line, endColumn: column + word.length };
  const severity: Severity = word === 'BUG_HERE' ? 'warning' : 'information';
  return {
    rule: 'lockless-pte-to-userfault',
    severity,
    message: 'entry read without the lock reaches a MISSING event\nsecond line',
    location,
    function: 'fault',
    steps: [
      { kind: 'lockless-read', location, function: 'fault', message: 'read without the lock' },
      { kind: 'event', location: { ...location, line: line + 1 }, function: 'fault', message: 'event raised\u001b[31m' },
    ],
    scenario: null,
    assumptions: ['helper() returns'],
    fingerprint: 'c0ffee',
  };
}
