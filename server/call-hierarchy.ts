/** The call hierarchy: who leads to userfaults, faults and changes of entries, and with which locks. Other functions are left to general tools. */
import { CancellationTokenSource, SymbolKind, type CallHierarchyItem } from 'vscode-languageserver/node';
import type { Callable, CallEdge, Navigation } from '../analyzer/navigation/navigation';
import { toRange } from './diagnostics';
import type { Feature, FeatureContext } from './feature';
import { identifierAt } from './hover';
import { PATIENCE_MS } from './patience';
import { isRecord } from './settings';

export const callHierarchy: Feature = (context) => {
  const { connection, documents, delivery } = context;

  connection.languages.callHierarchy.onPrepare(async ({ textDocument: { uri }, position }, token) => {
    const document = documents.get(uri);
    const word = document && identifierAt(document.getText(), document.offsetAt(position));
    if (document === undefined || word === undefined || !delivery.settings().enable) return null;
    const offset = document.offsetAt(position);
    const found = await delivery.ask(uri, ({ navigation }, path) => navigation.at(path, word.text, offset), token);
    return found ? [toItem(found, [found.role], uri, context)] : null;
  });

  connection.languages.callHierarchy.onIncomingCalls(async ({ item }, token) => {
    const edges = await askAbout(item, 'incoming', context, token);
    return edges?.map((edge) => ({
      from: toItem(edge.other, [hows[edge.how], edge.locks], item.uri, context),
      fromRanges: edge.sites.map(toRange),
    })) ?? null;
  });

  connection.languages.callHierarchy.onOutgoingCalls(async ({ item }, token) => {
    const edges = await askAbout(item, 'outgoing', context, token);
    return edges?.map((edge) => ({
      to: toItem(edge.other, [edge.other.role, hows[edge.how], edge.locks], item.uri, context),
      fromRanges: edge.sites.map(toRange),
    })) ?? null;
  });

  return { callHierarchyProvider: true };
};

/** How a call comes about that the text does not show as one. */
const hows: Readonly<Record<CallEdge['how'], string | undefined>> = { call: undefined, callback: 'as a callback', operation: 'through an operation' };

async function askAbout(item: CallHierarchyItem, direction: 'incoming' | 'outgoing', { delivery, log }: FeatureContext, token: Parameters<FeatureContext['delivery']['ask']>[2]): Promise<CallEdge[] | undefined> {
  const data: unknown = item.data;
  // Any open file of the tree will do: the document that was asked about first may have been closed since.
  const open = delivery.openIn(item.uri);
  if (open === undefined || !isRecord(data) || typeof data.name !== 'string') return undefined;
  const { name, file } = data;
  const question = (navigation: Navigation, enough?: () => boolean): ReturnType<Navigation['incoming']> => navigation[direction](name, typeof file === 'string' ? file : undefined, enough);
  const end = performance.now() + PATIENCE_MS;
  let isWhole = true;
  const edges = await delivery.ask(open, ({ navigation }) => question(navigation, () => {
    if (performance.now() < end) return false;
    isWhole = false;
    return true;
  }), token);
  // The calls come at once, the locks held there when they are asked for again.
  if (!isWhole) delivery.ask(open, ({ navigation }) => question(navigation), new CancellationTokenSource().token, 'next').catch((error: unknown) => log.failure('Locks held at calls', error));
  return edges;
}

/** `near` is a document of the same tree. */
function toItem({ name, file, whole, nameAt }: Callable, notes: readonly (string | undefined)[], near: string, { delivery }: FeatureContext): CallHierarchyItem {
  const open = delivery.openIn(near) ?? near;
  return {
    name,
    kind: SymbolKind.Function,
    detail: [whole.file, ...notes].filter((note) => note !== undefined).join(' · '),
    uri: delivery.uriOf(open, whole.file),
    range: toRange(whole),
    selectionRange: toRange(nameAt),
    data: { name, ...(file !== undefined && { file }) },
  };
}
