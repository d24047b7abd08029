/** Lines of C as the kernel's coding style has them: tabs of eight columns, at most 80 columns, arguments under each other. */

const tab = 8;
const maxColumns = 80;

/** `head(arg, arg)tail` on as few lines as fit, continuation lines under the first argument. Ends with a line break. */
export function callLines(indent: string, head: string, args: readonly string[], tail: string): string {
  const column = columnsOf(`${indent}${head}(`);
  const under = '\t'.repeat(Math.floor(column / tab)) + ' '.repeat(column % tab);
  let lines = '';
  let line = `${indent}${head}(`;
  args.forEach((arg, i) => {
    const isLast = i === args.length - 1;
    const piece = `${arg}${isLast ? `)${tail}` : ','}`;
    const isFirst = line.endsWith('(') && i === 0;
    if (!isFirst && columnsOf(`${line} ${piece}`) > maxColumns) {
      lines += `${line}\n`;
      line = `${under}${piece}`;
    } else line += isFirst ? piece : ` ${piece}`;
  });
  return `${lines}${line}${args.length === 0 ? `)${tail}` : ''}\n`;
}

/** An `if` with its statements, which get braces when there are several. Ends with a line break. */
export function ifLines(indent: string, condition: string, statements: readonly string[]): string {
  const block = statements.length > 1;
  const open = /^!?\w+\(/.test(condition) && condition.endsWith(')') ? condition.indexOf('(') : -1;
  const tail = block ? ' {' : '';
  const head = open < 0 ? `${indent}if (${condition})${tail}\n` : callLines(indent, `if (${condition.slice(0, open)}`, splitArguments(condition.slice(open + 1, -1)), `)${tail}`);
  return `${head}${statements.map((line) => `${indent}\t${line}\n`).join('')}${block ? `${indent}}\n` : ''}`;
}

/** `target = value;` Ends with a line break. */
export function assignmentLines(indent: string, target: string, value: string): string {
  const line = `${indent}${target} = ${value};`;
  const open = /^!?\w+\(/.test(value) && value.endsWith(')') && columnsOf(line) > maxColumns ? value.indexOf('(') : -1;
  return open < 0 ? `${line}\n` : callLines(indent, `${target} = ${value.slice(0, open)}`, splitArguments(value.slice(open + 1, -1)), ';');
}

function splitArguments(text: string): string[] {
  const args: string[] = [];
  let [depth, from] = [0, 0];
  [...text].forEach((character, i) => {
    if (character === '(') depth++;
    else if (character === ')') depth--;
    else if (character === ',' && depth === 0) {
      args.push(text.slice(from, i).trim());
      from = i + 1;
    }
  });
  return [...args, text.slice(from).trim()];
}

/** Width of a line, with tabs where they stand. */
export function columnsOf(line: string): number {
  let columns = 0;
  for (const character of line) columns += character === '\t' ? tab - (columns % tab) : 1;
  return columns;
}
