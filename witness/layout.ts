/** Lays statements out in kernel style: tabs, braces where they are needed, the user's place behind each line. */
import { conditionText } from './flow';
import type { Statement } from './structure';

/** Lines of C, indented by `depth` tabs. `place` gives the comment that says where a line comes from. */
export function layout(statements: readonly Statement[], depth: number, place: (line: number) => string): string[] {
  const tab = '\t'.repeat(depth);
  const lines: string[] = [];
  const put = (text: string, line: number | undefined): void => void lines.push(`${tab}${text}${line === undefined ? '' : ` /* ${place(line)} */`}`);
  for (const [i, s] of statements.entries()) {
    switch (s.kind) {
      case 'line':
        put(s.text, s.line);
        break;
      case 'label':
        lines.push(`${s.name}:`);
        // A label stands before a statement.
        if (statements[i + 1] === undefined || statements[i + 1]!.kind === 'label') lines.push(`${tab};`);
        break;
      case 'if': {
        const needsBraces = !isSingle(s.then) || (s.else.length > 0 && !isSingle(s.else));
        put(`if (${conditionText(s.condition)})${needsBraces ? ' {' : ''}`, s.line);
        lines.push(...layout(s.then, depth + 1, place));
        if (s.else.length > 0) {
          lines.push(`${tab}${needsBraces ? '} else {' : 'else'}`);
          lines.push(...layout(s.else, depth + 1, place));
        }
        if (needsBraces) lines.push(`${tab}}`);
        break;
      }
      case 'loop': {
        const needsBraces = !isSingle(s.body);
        put(`${s.condition ? `while (${conditionText(s.condition)})` : 'for (;;)'}${needsBraces ? ' {' : ''}`, s.line);
        lines.push(...(s.body.length === 0 ? [`${tab}\t;`] : layout(s.body, depth + 1, place)));
        if (needsBraces) lines.push(`${tab}}`);
        break;
      }
    }
  }
  return lines;
}

function isSingle(list: readonly Statement[]): boolean {
  const [only] = list;
  return list.length <= 1 && (only === undefined || (only.kind === 'line' && !/; \S/.test(only.text)));
}
