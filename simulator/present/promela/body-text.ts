/** The text of a body: statements that end at one of two labels within their `d_step`. */
import type { PropertyId, Stmt } from '../../machine/program';
import { expressionText, statementsText } from './expressions';
import type { Layout } from './layout';
import { undoOf, type Undo } from './undo';

/** @param leave what is done when the thread goes on to a step @param number tells the ways of a step apart */
export function bodyText(layout: Layout, statements: readonly Stmt[], step: string, number: number, leave: (step: number | 'end') => readonly string[], assertion: (property: PropertyId) => string): string {
  return new Body(layout, undoOf(statements, layout.known), `${step}_undo${number}`, `${step}_done${number}`, leave, assertion).text(statements);
}

class Body {
  constructor(
    private readonly layout: Layout,
    private readonly undo: Undo,
    private readonly undoLabel: string,
    private readonly doneLabel: string,
    private readonly leave: (step: number | 'end') => readonly string[],
    private readonly assertion: (property: PropertyId) => string,
  ) {}

  text(statements: readonly Stmt[]): string {
    const { names } = this.layout;
    const { words, known, stores, size } = this.undo;
    const remember = [...words].map(([word, place]) => `old[${place}] = ${names(word)}`);
    const putBack = [
      ...[...stores.values()].reverse().map((place) => `if :: old[${place}] != 0 -> mem[old[${place}]] = old[${place + 1}] :: else fi`),
      ...[...words].map(([word, place]) => `${names(word)} = old[${place}]`),
    ];
    const forget = [...[...known].map(([word, value]) => `${names(word)} = ${value}`), ...Array.from({ length: size }, (_, place) => `old[${place}] = 0`)];
    const lines = [...remember, ...this.statements(statements), `${this.undoLabel}: ${[...putBack, 'skip'].join('; ')}`, `${this.doneLabel}: ${[...forget, 'skip'].join('; ')}`];
    return `\n\t${lines.join(';\n\t')}`;
  }

  private statements(statements: readonly Stmt[]): string[] {
    return this.withoutCleaning(statements).flatMap((statement): string[] => {
      switch (statement.kind) {
        case 'goto':
          return [...this.leave(statement.step), `goto ${this.doneLabel}`];
        case 'violate':
          return [`if :: ${this.exp(statement.test)} -> ${[this.assertion(statement.property), `goto ${this.undoLabel}`].filter((text) => text !== '').join('; ')} :: else fi`];
        case 'store': {
          const place = this.undo.stores.get(statement);
          const write = statementsText([statement], this.layout.names);
          return place === undefined ? [write] : [`old[${place}] = ${this.exp(statement.address)}`, `old[${place + 1}] = mem[old[${place}]]`, write];
        }
        case 'if': {
          const then = this.statements(statement.then);
          const otherwise = this.statements(statement.else);
          return [`if :: ${this.exp(statement.test)} -> ${then.join('; ') || 'skip'} :: else${otherwise.length === 0 ? '' : ` -> ${otherwise.join('; ')}`} fi`];
        }
        default:
          return statementsText([statement], this.layout.names).split('\n').filter((text) => text !== '');
      }
    });
  }

  /** Words that have the same value before every step get it back at the end of the body. */
  private withoutCleaning(statements: readonly Stmt[]): readonly Stmt[] {
    if (statements.at(-1)?.kind !== 'goto') return statements;
    const last = statements.findLastIndex(({ kind }, index) => kind !== 'set' && kind !== 'cover' && index < statements.length - 1);
    const isCleaning = (statement: Stmt): boolean => statement.kind === 'set' && statement.value.kind === 'const' && statement.value.value === this.undo.known.get(statement.word);
    return statements.filter((statement, index) => index <= last || !isCleaning(statement));
  }

  private exp(exp: Parameters<typeof expressionText>[0]): string {
    return expressionText(exp, this.layout.names);
  }
}
