/** Figures for `--stats`: what was read, how well, and where the time went. */
import type { ParseStats } from '../analyzer/analysis';

/** Adds up the time of named phases; phases may nest, the inner one then counts alone. */
export interface Phases {
  run<T>(name: string, work: () => T): T;
  /** Enters a phase and returns the one before, for work that is no single call. */
  enter(name: string): string;
  /** Milliseconds by phase, in the order of their first use. */
  totals(): ReadonlyMap<string, number>;
}

/** Time before the first call of `enter` counts as `start`. `now` gives milliseconds since the process began. */
export function createPhases(now: () => number): Phases {
  const spent = new Map<string, number>();
  let current = 'start';
  let mark = 0;
  const enter = (name: string): string => {
    const time = now();
    spent.set(current, (spent.get(current) ?? 0) + time - mark);
    const before = current;
    [current, mark] = [name, time];
    return before;
  };
  return {
    enter,
    run(name, work) {
      const before = enter(name);
      try {
        return work();
      } finally {
        enter(before);
      }
    },
    totals() {
      enter(current);
      return spent;
    },
  };
}

/** Figures of several trees as one. */
export function addParseStats(all: readonly ParseStats[]): ParseStats {
  const sum = (pick: (stats: ParseStats) => number): number => all.reduce((total, stats) => total + pick(stats), 0);
  return {
    files: sum((stats) => stats.files),
    bytes: sum((stats) => stats.bytes),
    functions: sum((stats) => stats.functions),
    functionsWithErrors: sum((stats) => stats.functionsWithErrors),
    nestedFunctions: sum((stats) => stats.nestedFunctions),
    incomplete: all.flatMap((stats) => stats.incomplete),
    notFollowed: all.flatMap((stats) => stats.notFollowed),
    backend: [...new Set(all.map((stats) => stats.backend))].join(', '),
  };
}

export interface RunFigures {
  readonly parse: ParseStats;
  readonly phases: ReadonlyMap<string, number>;
  readonly peakMemory: number;
}

export function statsJson({ parse, phases, peakMemory }: RunFigures): Record<string, unknown> {
  return {
    ...parse,
    percentWithErrors: Number(percent(parse).toFixed(3)),
    milliseconds: Object.fromEntries([...phases].map(([name, time]) => [name, Math.round(time)])),
    peakMemoryBytes: peakMemory,
  };
}

const namedIncomplete = 20;

export function statsTable({ parse, phases, peakMemory }: RunFigures): string {
  const rows: (readonly [string, string])[] = [
    ['files', String(parse.files)],
    ['size', `${(parse.bytes / 1024 / 1024).toFixed(1)} MB`],
    ['functions', String(parse.functions)],
    ['  with parse errors', `${parse.functionsWithErrors} (${percent(parse).toFixed(2)} %)`],
    ['  with more paths than followed', `${parse.notFollowed.length} (${share(parse.notFollowed.length, parse).toFixed(2)} %)`],
    ['  nested in another', String(parse.nestedFunctions)],
    ['parser', parse.backend],
    ...[...phases].map(([name, time]) => [`time to ${name}`, `${(time / 1000).toFixed(3)} s`] as const),
    ['peak memory', `${(peakMemory / 1024 / 1024).toFixed(0)} MB`],
  ];
  const width = Math.max(...rows.map(([label]) => label.length));
  const lines = rows.map(([label, value]) => `${label.padEnd(width)}  ${value}`);
  lines.push(...parse.incomplete.slice(0, namedIncomplete).map((name) => `incomplete: ${name}`));
  if (parse.incomplete.length > namedIncomplete) lines.push(`incomplete: and ${parse.incomplete.length - namedIncomplete} more`);
  return lines.map((line) => `${line}\n`).join('');
}

const percent = (parse: ParseStats): number => share(parse.functionsWithErrors, parse);

/** In percent of all functions. */
function share(count: number, parse: ParseStats): number {
  return parse.functions === 0 ? 0 : (100 * count) / parse.functions;
}
