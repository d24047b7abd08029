/** `mm-review explain`: the rules, or the page of one. */
import * as fs from 'node:fs';
import * as path from 'node:path';
import type { RuleInfo } from '../analyzer/rules/rule';
import { describeError } from '../workspace/files';
import { checkRuleNames } from './arguments';
import { paletteFor, type Palette } from './colour';
import { toolName, type Host } from './host';
import { markdownToText, wrap } from './markdown';

/** Exit status: 0, or 2 when the page cannot be read. A rule that does not exist is a `UsageError`. */
export async function runExplain(rule: string | undefined, host: Host): Promise<0 | 2> {
  const { rules } = await host.loadEngine();
  const layout = { width: textWidth(host.stdout.columns), palette: paletteFor(host.stdout, host.env) };
  if (rule === undefined) {
    host.stdout.write(list(rules, layout));
    return 0;
  }
  checkRuleNames([rule], rules.map((known) => known.name), 'explain');
  const file = path.join(host.rulePages, `${rule}.md`);
  let page: string;
  try {
    page = fs.readFileSync(file, 'utf8');
  } catch (error) {
    host.stderr.write(`${toolName}: ${file}: ${describeError(error)}\n`);
    return 2;
  }
  host.stdout.write(markdownToText(page, layout));
  return 0;
}

function list(rules: readonly RuleInfo[], { width, palette }: { readonly width: number; readonly palette: Palette }): string {
  const entries = rules.map((rule) => `${palette.bold(rule.name)} (${rule.severity}, since ${rule.since})\n${wrap(rule.description, width, '    ')}\n`);
  return `${entries.join('\n')}\nFor more on one of them:  ${toolName} explain RULE\n`;
}

/** Lines that are much longer than 100 characters are hard to read, however wide the terminal is. */
function textWidth(columns: number | undefined): number {
  return Math.min(Math.max(columns ?? 80, 40), 100);
}
