import { beforeAll, describe, expect, it } from 'vitest';
import { loadBackend } from '../../parser/backend';
import { continued } from '../explorer/continue';
import { examine, present } from '../examine';
import { programOf, readScenario } from '../litmus/scenario';
import { numberRange, type Diagram, type Row } from './diagram';
import { renderText } from './text';

/** Two branches that nobody can tell, a lock, another branch, and a look whose outcome depends on what was chosen by name. */
const SCENARIO = `C choices

(*
 * Title: Branches that nobody can tell
 * Thread: P0 reader
 * Thread: P1 writer
 *)

{
	int value = 0;
	int result = 0;
	spinlock_t lock;
}

static int look(void)
{
	int seen = 0;

	if (choose())
		seen = READ_ONCE(value);
	return seen;
}

P0()
{
	int again;

	if (choose())
		return;
	if (choose())
		return;
	spin_lock(lock);
	if (choose())
		WRITE_ONCE(value, 2);
	again = choose();
	if (again)
		WRITE_ONCE(result, look());
	spin_unlock(lock);
}

P1()
{
	WRITE_ONCE(value, 1);
}

exists (result=1)
`;

let diagram: Diagram;
/** The same, but the other thread moves between the choice in look() and what it decides. */
let apart: Diagram;

beforeAll(async () => {
  const backend = await loadBackend();
  const { scenario, problems } = readScenario(SCENARIO);
  const selection = { variant: 'buggy', adversaries: [] };
  const { examination, problems: more } = examine(scenario!, backend, selection);
  expect([...problems, ...more]).toEqual([]);
  diagram = examination!.diagram!;
  const { program } = programOf(scenario!, backend, selection);
  const own = examination!.exploration.witness!.schedule.filter(({ thread }) => thread === 0);
  const run = continued(program!, [...own.slice(0, 6), { thread: 1, way: 0 }, ...own.slice(6)], { maxStates: 1000 });
  let step = run.next(false);
  while (step.done !== true) step = run.next(false);
  if (step.value.kind !== 'schedule') throw new Error('that order is not possible');
  apart = present(scenario!, selection, program!, examination!.exploration, step.value.schedule).diagram!;
});

const words = ({ rows }: Diagram): string[] => rows.flatMap((row: Row) => {
  const numbers = numberRange(row)?.join(' ') ?? '';
  if (row.kind === 'step') return [`${row.thread}: ${numbers}: ${row.text}`];
  if (row.kind === 'fold') return [`${row.thread}: ${numbers}: (${row.names.join(', ')})`];
  return row.kind === 'function' ? [`${row.thread}: ${row.name}, ${row.n}`] : [];
});

describe('choices', () => {
  it('belong to what comes next, and those with a name are shown', () => {
    expect(words(diagram)).toEqual(['0: 1 2 3: spin_lock(lock)', '0: 4 5: again = choose()', '0: 6 7: WRITE_ONCE(result, look())', '0: 8: (spin_unlock(lock))', '1: 9: (WRITE_ONCE)']);
  });

  it('have a row where another thread moves before that', () => {
    expect(words(apart)).toEqual(['0: 1 2 3: spin_lock(lock)', '0: 4 5: again = choose()', '0: 6: (choose)', '1: 7: (WRITE_ONCE)', '0: 8: WRITE_ONCE(result, look())', '0: 9: (spin_unlock(lock))']);
  });

  it('are steps like any other where steps are counted', () => {
    expect(renderText(diagram, { numbers: true })).toMatch(/^ 1-3 spin_lock\(lock\)$/m);
  });
});
