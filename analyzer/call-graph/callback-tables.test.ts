import { expect, it } from 'vitest';
import { loadBackend } from '../../parser/backend';
import { createTree } from './tree';

const backend = await loadBackend('native');

const text = `
static int first(pmd_t *pmd)
{
	return 0;
}

static int second(pmd_t *pmd)
{
	return 1;
}

static const struct mm_walk_ops ops = {
	.pmd_entry = first,
};

void with_the_table_of_the_file(void)
{
	walk(&ops);
}

void with_one_of_its_own(void)
{
	struct mm_walk_ops ops = {
		.pmd_entry = second,
	};

	walk(&ops);
}

void with_another(void)
{
	struct mm_walk_ops ops ={ .pmd_entry = first, .walk_lock = PGWALK_RDLOCK };

	walk(&ops);
}
`;

function treeOf(read: () => string) {
  const tree = createTree(backend, { indexFiles: () => ['mm/a.c'], read });
  const named = (name: string) => tree.definitions(name)[0]!;
  return {
    tree,
    users: (name: string) => tree.usersOf(named(name)).map((f) => f.name),
    callbacks: (user: string) => tree.callbacksIn('ops', named(user)).map((f) => f.name),
  };
}

it('a table in a function is that of this function alone, and hides the one of the file', () => {
  const { users, callbacks } = treeOf(() => text);
  expect(users('first')).toEqual(['with_the_table_of_the_file', 'with_another']);
  expect(users('second')).toEqual(['with_one_of_its_own']);
  expect(callbacks('with_the_table_of_the_file')).toEqual(['first']);
  expect(callbacks('with_one_of_its_own')).toEqual(['second']);
  expect(callbacks('with_another')).toEqual(['first']);
});

it('another callback in a table of its own is another call', () => {
  const { tree, users, callbacks } = treeOf(() => text);
  expect(users('second')).toEqual(['with_one_of_its_own']);
  tree.takeChanges();
  tree.setText('mm/a.c', text.replace('.pmd_entry = second', '.pmd_entry = first'));
  expect(tree.takeChanges().graph).toBe(true);
  expect(users('second')).toEqual([]);
  expect(callbacks('with_one_of_its_own')).toEqual(['first']);
});
