/** From argv to what the person wants. */
import { parseArgs } from 'node:util';
import { UsageError } from './host';
import { didYouMean, nearest } from '../kernel/suggest';

export type OutputFormat = 'gcc' | 'json' | 'sarif' | 'github';

export interface CheckArguments {
  readonly paths: readonly string[];
  readonly root: string | undefined;
  readonly format: OutputFormat;
  readonly rules: readonly string[] | undefined;
  readonly stats: boolean;
  /** Say of each finding whether a schedule confirms it. */
  readonly prove: boolean;
}

export interface SummaryArguments {
  readonly function: string;
  /** File in which the function is; any file of the tree when undefined. */
  readonly file: string | undefined;
  readonly root: string | undefined;
  readonly json: boolean;
}

export type SimulateFormat = 'text' | 'json' | 'itf' | 'svg' | 'mermaid' | 'promela';

export interface SimulateArguments {
  /** Litmus files, or names of scenarios that ship; all that ship when there are none. */
  readonly files: readonly string[];
  readonly variant: string | undefined;
  /** Names of library threads. */
  readonly adversaries: readonly string[];
  /** Library threads run beside the scenario's own, not in place of those it offers for that. */
  readonly beside: boolean;
  readonly format: SimulateFormat;
  readonly allSchedules: boolean;
  /** A JSON file with a schedule to replay. */
  readonly replay: string | undefined;
}

export interface ProveArguments {
  /** Files, or functions of files as `FILE:FUNCTION`. */
  readonly targets: readonly string[];
  readonly root: string | undefined;
  /** Prove places that have no finding, too: why are they safe? */
  readonly site: boolean;
  readonly format: 'text' | 'json';
  /** Look for a fix of what was confirmed, and prove it as well. */
  readonly fix: boolean;
  /** Print the scenarios instead of what came of them. */
  readonly litmus: boolean;
}

export interface ReportArguments {
  /** A fingerprint, `FILE:LINE` or `FILE:FUNCTION`. */
  readonly finding: string;
  readonly root: string | undefined;
  /** Ask git who last changed the flagged lines. */
  readonly blame: boolean;
}

export type Invocation =
  | { readonly command: 'prove'; readonly prove: ProveArguments }
  | { readonly command: 'report'; readonly report: ReportArguments }
  | { readonly command: 'check'; readonly check: CheckArguments }
  | { readonly command: 'explain'; readonly rule: string | undefined }
  | { readonly command: 'summary'; readonly summary: SummaryArguments }
  | { readonly command: 'simulate'; readonly simulate: SimulateArguments }
  | { readonly command: 'lsp'; readonly args: readonly string[] }
  | { readonly command: 'help'; readonly topic: CommandName | undefined }
  | { readonly command: 'version' };

export const commandNames = ['check', 'explain', 'summary', 'simulate', 'prove', 'report', 'lsp', 'help'] as const;
export type CommandName = (typeof commandNames)[number];

const formats: readonly OutputFormat[] = ['gcc', 'json', 'sarif', 'github'];

/** Reads the arguments behind the program's name; throws a `UsageError` for anything that is not understood. */
export function parseCommandLine(argv: readonly string[]): Invocation {
  const [first, ...rest] = argv;
  if (first === undefined) throw new UsageError('no command given');
  if (first === '--help' || first === '-h') return { command: 'help', topic: undefined };
  if (first === '--version' || first === '-V') return { command: 'version' };
  if (first.startsWith('-')) throw new UsageError(`unknown option '${first}'${didYouMean(first, ['--help', '--version'])}`);
  const name = commandName(first);
  switch (name) {
    case 'help':
      return { command: 'help', topic: rest[0] === undefined || rest[0].startsWith('-') ? undefined : commandName(rest[0]) };
    case 'check':
      return parseCheck(rest);
    case 'explain':
      return parseExplain(rest);
    case 'summary':
      return parseSummary(rest);
    case 'simulate':
      return parseSimulate(rest);
    case 'prove':
      return parseProve(rest);
    case 'report':
      return parseReport(rest);
    case 'lsp':
      // The language-server library reads its own options (--stdio, --node-ipc, --socket=, --pipe=, --clientProcessId=) from argv.
      return wantsHelp(rest) ? { command: 'help', topic: 'lsp' } : { command: 'lsp', args: rest };
  }
}

/** Names of rules as typed against the rules that exist. */
export function checkRuleNames(names: readonly string[] | undefined, known: readonly string[], command: CommandName = 'check'): void {
  for (const name of names ?? []) {
    if (known.includes(name)) continue;
    const hint = didYouMean(name, known);
    throw new UsageError(`unknown rule '${name}'${hint === '' ? `; the rules are: ${known.join(', ')}` : hint}`, command);
  }
}

function commandName(word: string): CommandName {
  const found = commandNames.find((name) => name === word);
  if (found !== undefined) return found;
  const isPath = /[/\\.]/.test(word) && nearest(word, commandNames) === undefined;
  throw new UsageError(`unknown command '${word}'${isPath ? ` (did you mean 'check ${word}'?)` : didYouMean(word, commandNames)}`);
}

const checkOptions = {
  root: { type: 'string' },
  format: { type: 'string' },
  rules: { type: 'string' },
  stats: { type: 'boolean' },
  prove: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const;
type CheckOption = keyof typeof checkOptions;

function parseCheck(args: readonly string[]): Invocation {
  const { tokens } = parseArgs({ args: [...args], options: checkOptions, strict: false, allowPositionals: true, tokens: true });
  const paths: string[] = [];
  const rules: string[] = [];
  let root: string | undefined;
  let format: OutputFormat = 'gcc';
  const flags = new Set<'stats' | 'prove'>();
  for (const token of tokens) {
    if (token.kind === 'option-terminator') continue;
    if (token.kind === 'positional') {
      if (token.value === '') throw new UsageError('empty path', 'check');
      paths.push(token.value);
      continue;
    }
    const option = checkOption(token.name, token.rawName);
    if (option === 'help') return { command: 'help', topic: 'check' };
    if (option === 'stats' || option === 'prove') {
      if (token.value !== undefined) throw new UsageError(`option '--${option}' takes no value`, 'check');
      flags.add(option);
      continue;
    }
    const value = token.value;
    // `--root --stats` forgot the directory; a value that begins with a dash can be given as `--root=-x`.
    if (value === undefined || value === '' || (!token.inlineValue && value.startsWith('-'))) throw new UsageError(`option '${token.rawName}' needs a value`, 'check');
    if (option === 'root') root = value;
    else if (option === 'format') format = outputFormat(value);
    else rules.push(...value.split(',').map((name) => name.trim()).filter((name) => name !== ''));
  }
  const asked = tokens.some((token) => token.kind === 'option' && token.name === 'rules');
  if (asked && rules.length === 0) throw new UsageError(`option '--rules' needs a value`, 'check');
  return { command: 'check', check: { paths, root, format, rules: asked ? [...new Set(rules)] : undefined, stats: flags.has('stats'), prove: flags.has('prove') } };
}

function parseExplain(args: readonly string[]): Invocation {
  if (wantsHelp(args)) return { command: 'help', topic: 'explain' };
  const option = args.find((argument) => argument.startsWith('-'));
  if (option !== undefined) throw new UsageError(`unknown option '${option}'${didYouMean(option, ['--help'])}`, 'explain');
  if (args.length > 1) throw new UsageError('explain takes one rule', 'explain');
  return { command: 'explain', rule: args[0] };
}

function parseSummary(args: readonly string[]): Invocation {
  if (wantsHelp(args)) return { command: 'help', topic: 'summary' };
  const { values, positionals, tokens } = parseArgs({ args: [...args], options: { root: { type: 'string' }, format: { type: 'string' } }, strict: false, allowPositionals: true, tokens: true });
  for (const token of tokens) {
    if (token.kind !== 'option') continue;
    if (token.name !== 'root' && token.name !== 'format') throw new UsageError(`unknown option '${token.rawName}'${didYouMean(token.rawName, ['--root', '--format'])}`, 'summary');
    if (token.value === undefined || token.value === '') throw new UsageError(`option '${token.rawName}' needs a value`, 'summary');
  }
  if (values.format !== undefined && values.format !== 'text' && values.format !== 'json') throw new UsageError(`unknown format '${String(values.format)}'; the formats are: text, json`, 'summary');
  const [name, file] = positionals;
  if (name === undefined || positionals.length > 2) throw new UsageError('summary takes a function and, if you like, its file', 'summary');
  return { command: 'summary', summary: { function: name, file, root: typeof values.root === 'string' ? values.root : undefined, json: values.format === 'json' } };
}

const simulateFormats: readonly SimulateFormat[] = ['text', 'json', 'itf', 'svg', 'mermaid', 'promela'];
const simulateOptions = {
  variant: { type: 'string' }, adversary: { type: 'string' }, format: { type: 'string' }, replay: { type: 'string' },
  beside: { type: 'boolean' }, 'all-schedules': { type: 'boolean' },
} as const;

function parseSimulate(args: readonly string[]): Invocation {
  if (wantsHelp(args)) return { command: 'help', topic: 'simulate' };
  const { tokens } = parseArgs({ args: [...args], options: simulateOptions, strict: false, allowPositionals: true, tokens: true });
  const files: string[] = [];
  const flags = new Set<string>();
  const values = new Map<string, string[]>();
  for (const token of tokens) {
    if (token.kind === 'option-terminator') continue;
    if (token.kind === 'positional') {
      files.push(token.value);
      continue;
    }
    if (!Object.hasOwn(simulateOptions, token.name)) throw new UsageError(`unknown option '${token.rawName}'${didYouMean(token.rawName, Object.keys(simulateOptions).map((name) => `--${name}`))}`, 'simulate');
    if (simulateOptions[token.name as keyof typeof simulateOptions].type === 'boolean') {
      if (token.value !== undefined) throw new UsageError(`option '${token.rawName}' takes no value`, 'simulate');
      flags.add(token.name);
      continue;
    }
    if (token.value === undefined || token.value === '' || (!token.inlineValue && token.value.startsWith('-'))) throw new UsageError(`option '${token.rawName}' needs a value`, 'simulate');
    values.set(token.name, [...(values.get(token.name) ?? []), ...token.value.split(',').map((v) => v.trim()).filter((v) => v !== '')]);
  }
  const format = values.get('format')?.at(-1) ?? 'text';
  const known = simulateFormats.find((f) => f === format);
  if (known === undefined) throw new UsageError(`unknown format '${format}'; the formats are: ${simulateFormats.join(', ')}`, 'simulate');
  const adversaries = values.get('adversary') ?? [];
  if (flags.has('beside') && adversaries.length === 0) throw new UsageError(`option '--beside' wants an '--adversary'`, 'simulate');
  return {
    command: 'simulate',
    simulate: { files, variant: values.get('variant')?.at(-1), adversaries, beside: flags.has('beside'), format: known, allSchedules: flags.has('all-schedules'), replay: values.get('replay')?.at(-1) },
  };
}

const proveOptions = { root: { type: 'string' }, format: { type: 'string' }, site: { type: 'boolean' }, all: { type: 'boolean' }, litmus: { type: 'boolean' }, 'no-fix': { type: 'boolean' } } as const;

function parseProve(args: readonly string[]): Invocation {
  if (wantsHelp(args)) return { command: 'help', topic: 'prove' };
  const { values, positionals, tokens } = parseArgs({ args: [...args], options: proveOptions, strict: false, allowPositionals: true, tokens: true });
  for (const token of tokens) {
    if (token.kind !== 'option') continue;
    if (!Object.hasOwn(proveOptions, token.name)) throw new UsageError(`unknown option '${token.rawName}'${didYouMean(token.rawName, Object.keys(proveOptions).map((name) => `--${name}`))}`, 'prove');
    const takesValue = proveOptions[token.name as keyof typeof proveOptions].type === 'string';
    if (takesValue && (token.value === undefined || token.value === '')) throw new UsageError(`option '${token.rawName}' needs a value`, 'prove');
    if (!takesValue && token.value !== undefined) throw new UsageError(`option '${token.rawName}' takes no value`, 'prove');
  }
  if (values.format !== undefined && values.format !== 'text' && values.format !== 'json') throw new UsageError(`unknown format '${String(values.format)}'; the formats are: text, json`, 'prove');
  if (values.site === true && values.all === true) throw new UsageError(`'--all' proves findings, '--site' places without one`, 'prove');
  const root = typeof values.root === 'string' ? values.root : undefined;
  if (positionals.length === 0 && !(values.all === true && root !== undefined)) throw new UsageError('prove takes FILE or FILE:FUNCTION, or --all and --root', 'prove');
  return { command: 'prove', prove: { targets: positionals.length === 0 ? ['mm'] : positionals, root, site: values.site === true, format: values.format === 'json' ? 'json' : 'text', litmus: values.litmus === true, fix: values['no-fix'] !== true } };
}

const reportOptions = { root: { type: 'string' }, blame: { type: 'boolean' } } as const;

function parseReport(args: readonly string[]): Invocation {
  if (wantsHelp(args)) return { command: 'help', topic: 'report' };
  const { values, positionals, tokens } = parseArgs({ args: [...args], options: reportOptions, strict: false, allowPositionals: true, tokens: true });
  for (const token of tokens) {
    if (token.kind !== 'option') continue;
    if (!Object.hasOwn(reportOptions, token.name)) throw new UsageError(`unknown option '${token.rawName}'${didYouMean(token.rawName, Object.keys(reportOptions).map((name) => `--${name}`))}`, 'report');
    if (token.name === 'blame' && token.value !== undefined) throw new UsageError(`option '--blame' takes no value`, 'report');
    if (token.name === 'root' && (token.value === undefined || token.value === '')) throw new UsageError(`option '--root' needs a value`, 'report');
  }
  const [finding, ...others] = positionals;
  if (finding === undefined || finding === '' || others.length > 0) throw new UsageError('report takes one finding: FINGERPRINT, FILE:LINE or FILE:FUNCTION', 'report');
  return { command: 'report', report: { finding, root: typeof values.root === 'string' ? values.root : undefined, blame: values.blame === true } };
}

function checkOption(name: string, rawName: string): CheckOption {
  if (Object.hasOwn(checkOptions, name)) return name as CheckOption;
  const known = Object.keys(checkOptions).map((option) => `--${option}`);
  throw new UsageError(`unknown option '${rawName}'${didYouMean(rawName, known)}`, 'check');
}

function outputFormat(value: string): OutputFormat {
  const found = formats.find((format) => format === value);
  if (found === undefined) throw new UsageError(`unknown format '${value}'; the formats are: ${formats.join(', ')}`, 'check');
  return found;
}

function wantsHelp(args: readonly string[]): boolean {
  return args.includes('--help') || args.includes('-h');
}
