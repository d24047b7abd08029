/**
 * Code lenses for the locks that the callers of a function hold. Finding that out takes a while: after an edit what was known before is shown, at
 * the places where its functions are now, until the user pauses.
 */
import { CancellationTokenSource, type CancellationToken } from 'vscode-languageserver/node';
import type { TextDocument } from 'vscode-languageserver-textdocument';
import type { CallersNote } from '../analyzer/navigation/navigation';
import type { When } from './checker';
import { canRefresh, refreshCodeLenses, type LensSource } from './code-lenses';
import type { FeatureContext } from './feature';
import { soon } from './patience';
import { placesLens } from './show-places';

/** A lens above each function that changes entries under a page-table lock of its callers. */
export const callersLenses: LensSource = {
  usable: () => true,
  async lenses(document, context, token) {
    const notes = await newestNotes(document, context, token);
    return notes.map((note) => placesLens(titleOf(note), document.uri, note.nameAt.line - 1, note.places, context));
  },
};

/** What was found last in a document. */
interface Known {
  notes: readonly CallersNote[];
  timer: NodeJS.Timeout | undefined;
}
const known = new WeakMap<TextDocument, Known>();

/** An edit that comes later than this is another one. */
const QUIET_MS = 500;

async function newestNotes(document: TextDocument, context: FeatureContext, token: CancellationToken): Promise<readonly CallersNote[]> {
  const before = known.get(document);
  if (!canRefresh(context)) return await findNotes(document, context, token) ?? [];
  if (before === undefined) {
    const notes = await soon((within) => findNotes(document, context, within), token);
    const first: Known = { notes: notes ?? [], timer: undefined };
    known.set(document, first);
    if (notes === undefined) void lookAgain(document, first, context);
    return first.notes;
  }
  clearTimeout(before.timer);
  before.timer = setTimeout(() => void lookAgain(document, before, context), QUIET_MS).unref();
  return await moveNotes(document, before.notes, context, token) ?? [];
}

function findNotes({ uri }: TextDocument, { delivery }: FeatureContext, token: CancellationToken, when: When = 'now'): Promise<CallersNote[] | undefined> {
  return delivery.ask(uri, ({ navigation }, path) => navigation.callersLocks(path), token, when);
}

/** The same notes where their functions are now, without those that are gone. */
function moveNotes({ uri }: TextDocument, notes: readonly CallersNote[], { delivery }: FeatureContext, token: CancellationToken): Promise<CallersNote[] | undefined> {
  // eslint-disable-next-line require-yield -- reads what has been read
  return delivery.ask(uri, function* ({ navigation }, path) {
    return notes.flatMap((note) => {
      const nameAt = navigation.definition(note.name, path);
      return nameAt ? [{ ...note, nameAt }] : [];
    });
  }, token);
}

async function lookAgain(document: TextDocument, before: Known, context: FeatureContext): Promise<void> {
  try {
    const notes = await findNotes(document, context, new CancellationTokenSource().token, 'next');
    if (notes === undefined || JSON.stringify(notes) === JSON.stringify(before.notes)) return;
    before.notes = notes;
    await refreshCodeLenses(context.connection);
  } catch (error) {
    context.log.failure('Code lenses', error);
  }
}

function titleOf({ held, all }: CallersNote): string {
  if (held < all) return `Called with the page-table lock held in ${held} of ${all} calls`;
  return `Called with the page-table lock held (${all === 1 ? 'its only call' : all === 2 ? 'both calls' : `all ${all} calls`})`;
}
