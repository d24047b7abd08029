/**
 * The settings, in one typed table. `contributes.configuration` of package.json is tested against it; what a client sends is
 * `unknown` until it has been read here.
 */

/** What the user wants of a rule. `warning` shows findings as the analyzer rates them, `information` plays all of them down. */
export type RuleLevel = 'off' | 'information' | 'warning';

/** When a whole tree is checked: when the user asks for it, or as soon as it is opened. */
export type WholeTreeChecks = 'onDemand' | 'always';

/** When findings are proven on the code that they were found in. */
export type Proofs = 'off' | 'onDemand' | 'background';

export interface Settings {
  readonly enable: boolean;
  readonly rules: Readonly<Record<string, RuleLevel>>;
  readonly cache: boolean;
  readonly checkWholeTree: WholeTreeChecks;
  readonly proof: Proofs;
  readonly codeLens: boolean;
  readonly inlayHints: boolean;
  readonly semanticTokens: boolean;
}

/** Section of the settings in every client. */
export const SECTION = 'mmReview';

const WHOLE_TREE_CHECKS: readonly WholeTreeChecks[] = ['onDemand', 'always'];
const PROOFS: readonly Proofs[] = ['off', 'onDemand', 'background'];
const LEVELS: readonly RuleLevel[] = ['off', 'information', 'warning'];

interface SettingRow {
  readonly type: 'boolean' | 'object' | 'string';
  readonly default: unknown;
  readonly description: string;
  /** More of the JSON schema that package.json shows. */
  readonly schema?: Readonly<Record<string, unknown>>;
}

/** Every setting by its name below `mmReview`. */
export const SETTINGS = {
  enable: {
    type: 'boolean',
    default: true,
    description: 'Look for userfaultfd races in kernel files while they are edited.',
  },
  rules: {
    type: 'object',
    default: {},
    description: 'How findings of a rule are shown: `warning` as they are rated, `information` all of them without a warning, `off` not at all. Rules that are not listed count as `warning`.',
    schema: { additionalProperties: { type: 'string', enum: LEVELS } },
  },
  checkWholeTree: {
    type: 'string',
    default: 'onDemand',
    description: 'When files that are not open are checked: `onDemand` by the command *Check Whole Tree*, `always` as soon as a file of the tree is open. From then on their findings follow every change.',
    schema: { enum: WHOLE_TREE_CHECKS },
  },
  proof: {
    type: 'string',
    default: 'background',
    description: 'When a finding is proven: a scenario is made of the code that it was found in, and its interleavings are explored. `background` for the files that are open, soon after they were checked, `onDemand` by the quick fix *Prove this finding*, `off` never.',
    schema: { enum: PROOFS },
  },
  cache: {
    type: 'boolean',
    default: true,
    description: 'Keep the index of a kernel tree in the cache folder of the user, so that the next start is faster. Takes effect at the next start of the language server.',
  },
  codeLens: {
    type: 'boolean',
    default: true,
    description: 'Show lines above functions: what was found in them, how they lead to a userfault, and which locks their callers hold.',
  },
  inlayHints: {
    type: 'boolean',
    default: false,
    description: 'Show in the code where page-table locks begin and end to be held, and which tested entry values may be outdated.',
  },
  semanticTokens: {
    type: 'boolean',
    default: false,
    description: 'Mark calls that read a page-table entry with the semantic token modifiers `locked` and `lockless`. How they look is up to `#editor.semanticTokenColorCustomizations#`: `"function.lockless": "#d08000"`.',
  },
  'trace.server': {
    type: 'string',
    default: 'off',
    description: 'Write the messages between the editor and the language server to the output channel "Kernel MM Review Trace".',
    schema: { enum: ['off', 'messages', 'verbose'] },
  },
} as const satisfies Readonly<Record<string, SettingRow>>;

export const DEFAULTS: Settings = {
  enable: SETTINGS.enable.default, rules: SETTINGS.rules.default, codeLens: SETTINGS.codeLens.default,
  inlayHints: SETTINGS.inlayHints.default, semanticTokens: SETTINGS.semanticTokens.default, cache: SETTINGS.cache.default,
  checkWholeTree: SETTINGS.checkWholeTree.default, proof: SETTINGS.proof.default,
};

/** Reads what a client sent for the section; what is missing or of the wrong type keeps its default. */
export function parseSettings(value: unknown): Settings {
  if (!isRecord(value)) return DEFAULTS;
  return {
    enable: typeof value.enable === 'boolean' ? value.enable : DEFAULTS.enable,
    rules: isRecord(value.rules) ? parseRules(value.rules) : DEFAULTS.rules,
    cache: typeof value.cache === 'boolean' ? value.cache : DEFAULTS.cache,
    checkWholeTree: WHOLE_TREE_CHECKS.find((known) => known === value.checkWholeTree) ?? DEFAULTS.checkWholeTree,
    proof: PROOFS.find((known) => known === value.proof) ?? DEFAULTS.proof,
    codeLens: typeof value.codeLens === 'boolean' ? value.codeLens : DEFAULTS.codeLens,
    inlayHints: typeof value.inlayHints === 'boolean' ? value.inlayHints : DEFAULTS.inlayHints,
    semanticTokens: typeof value.semanticTokens === 'boolean' ? value.semanticTokens : DEFAULTS.semanticTokens,
  };
}

function parseRules(value: Readonly<Record<string, unknown>>): Record<string, RuleLevel> {
  const rules: Record<string, RuleLevel> = {};
  for (const [name, wanted] of Object.entries(value)) {
    const level = LEVELS.find((known) => known === wanted);
    if (level !== undefined) rules[name] = level;
  }
  return rules;
}

/** The `contributes.configuration.properties` of package.json. */
export function configurationProperties(): Record<string, unknown> {
  const rows: [string, SettingRow][] = Object.entries(SETTINGS);
  return Object.fromEntries(rows.map(([name, row]) => [`${SECTION}.${name}`, {
    type: row.type,
    default: row.default,
    scope: 'window',
    markdownDescription: row.description,
    ...row.schema,
  }]));
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
