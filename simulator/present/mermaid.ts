/** A diagram as Mermaid's `sequenceDiagram`, for pages that draw those. */
import { noteText } from './cells';
import { forms } from './c-text';
import type { Diagram, Row } from './diagram';

/** Lines, each ended by a newline. */
export function renderMermaid(diagram: Diagram): string {
  const lines = ['sequenceDiagram'];
  const names = diagram.columns.map((_, index) => `T${index}`);
  diagram.columns.forEach((column, index) => lines.push(`  participant ${names[index]} as ${escapeMermaid(column.title === column.name ? column.name : `${column.name}: ${column.title}`)}`));
  const all = names.length > 1 ? `${names[0]},${names.at(-1)}` : names[0];
  const name = (thread: number): string => names[diagram.columns.findIndex((column) => column.thread === thread)] ?? 'T0';
  if (all !== undefined && diagram.beginning !== undefined) lines.push(`  Note over ${all}: ${escapeMermaid(diagram.beginning)}`);
  diagram.rows.forEach((row, index) => {
    for (const window of diagram.windows) if (window.to !== undefined && window.lastRow === index && index > window.firstRow) lines.push(`  Note over ${all}: ${escapeMermaid(`end of: ${window.words}`)}`);
    if (row.kind === 'remark') {
      if (all !== undefined) lines.push(`  Note over ${all}: ${escapeMermaid(row.mark.words)}`);
    } else lines.push(...rowLines(row, name(row.thread)));
    for (const window of diagram.windows) if (window.firstRow === index) lines.push(`  Note over ${all}: ${escapeMermaid(window.words)}`);
  });
  return lines.map((line) => `${line}\n`).join('');
}

function rowLines(row: Exclude<Row, { kind: 'remark' }>, name: string): string[] {
  switch (row.kind) {
    case 'function': return [`  ${name}->>${name}: ${escapeMermaid(`${row.name}()`)}`];
    case 'fold': return [`  Note over ${name}: ${escapeMermaid(row.names.length <= 3 ? row.names.join(', ') : `... ${row.summary}`)}`];
    case 'pending': return [`  ${name}--x${name}: ${escapeMermaid(`${shortened(row.text)} (${row.why})`)}`];
    case 'step': {
      const notes = row.notes.map((note) => ` [${noteText(note)}]`).join('');
      const arrow = row.mark?.tone === 'bad' ? '-x' : '->>';
      return [`  ${name}${arrow}${name}: ${escapeMermaid(`${shortened(row.text)}${notes}`)}`, ...(row.mark ? [`  Note over ${name}: ${escapeMermaid(row.mark.words)}`] : [])];
    }
  }
}

/** Mermaid does not wrap messages by itself. */
function shortened(text: string): string {
  return (forms(text).find((form) => form.text.length <= 48) ?? forms(text).at(-1))?.text ?? text;
}

/** Entities as Mermaid writes them: `#59;`. A line that ends, a comment or the word `end` would be taken for syntax. */
export function escapeMermaid(text: string): string {
  return text.replace(/\s+/g, ' ').trim()
    .replace(/[#;<>"{}%&]/g, (char) => `#${char.charCodeAt(0)};`)
    .replace(/\be(nd)\b/gi, (word) => `#${word.charCodeAt(0)};${word.slice(1)}`);
}
