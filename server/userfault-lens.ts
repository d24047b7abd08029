/** Code lenses that say of a function that it leads to a userfault. */
import type { UserfaultNote } from '../analyzer/navigation/navigation';
import { eventsOf, reasonsOf } from '../analyzer/navigation/roles';
import type { LensSource } from './code-lenses';
import { placesLens } from './show-places';

/** A lens above each function that leads to a userfault. */
export const userfaultLenses: LensSource = {
  usable: () => true,
  async lenses(document, context, token) {
    const notes = await context.delivery.ask(document.uri, ({ navigation }, path) => navigation.userfaults(path), token);
    return (notes ?? []).map((note) => placesLens(userfaultTitle(note), document.uri, note.nameAt.line - 1, note.places, context));
  },
};

/** More functions in between are only counted. */
const maxNames = 3;

/** `Calls handle_userfault (wp), reaches it through hugetlb_no_page (missing, minor)`. */
function userfaultTitle({ ways }: UserfaultNote): string {
  const own = ways.filter((way) => way.target === undefined);
  const below = ways.filter((way) => way.target !== undefined);
  const names = [...new Set(below.map((way) => way.callee))];
  const through = names.length > maxNames ? `${names.length} of its calls` : listed(names);
  if (own.length === 0) return `Reaches ${eventsOf(below)} through ${through}${reasonsOf(below)}`;
  const calls = `Calls ${eventsOf(own)}${reasonsOf(own)}`;
  return below.length === 0 ? calls : `${calls}, reaches ${eventsOf(below) === eventsOf(own) ? 'it' : eventsOf(below)} through ${through}${reasonsOf(below)}`;
}

function listed(names: readonly string[]): string {
  return names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
}
