/** Commands of the server that show something: only clients that can be asked to show a document have them. */
import { ShowDocumentRequest, type ShowDocumentParams } from 'vscode-languageserver/node';
import type { ServerCommand } from './execute-command';
import type { FeatureContext } from './feature';
import { isRecord } from './settings';
import { pathToUri } from './uris';

/** Opens the page of a rule: `{rule}`. A client that announces it runs it itself. */
export const EXPLAIN_RULE = 'mmReview.explainRule';
/** Selects a piece of a line: `{uri, line, character, length}`, counted from 0. */
export const SELECT_RANGE = 'mmReview.selectRange';

const canShow = ({ capabilities }: FeatureContext): boolean => capabilities.window?.showDocument?.support === true;

export const explainRule: ServerCommand = {
  name: EXPLAIN_RULE,
  usable: (context) => canShow(context) && !context.commands.has(EXPLAIN_RULE),
  run: (argument, context) => show(EXPLAIN_RULE, pageOf(argument, context.engine.rulePage), argument, context),
};

export const selectRange: ServerCommand = {
  name: SELECT_RANGE,
  usable: canShow,
  run: (argument, context) => show(SELECT_RANGE, selectionOf(argument), argument, context),
};

async function show(command: string, shown: ShowDocumentParams | undefined, argument: unknown, { connection, log }: FeatureContext): Promise<null> {
  if (shown === undefined) {
    log.info(`${command} was asked for with ${JSON.stringify(argument)}, which means nothing to it`);
    return null;
  }
  try {
    await connection.sendRequest(ShowDocumentRequest.type, shown);
  } catch (error) {
    log.failure(command, error);
  }
  return null;
}

function pageOf(argument: unknown, rulePage: (rule: string) => string | undefined): ShowDocumentParams | undefined {
  const page = isRecord(argument) && typeof argument.rule === 'string' ? rulePage(argument.rule) : undefined;
  return page === undefined ? undefined : { uri: pathToUri(page), takeFocus: true };
}

function selectionOf(argument: unknown): ShowDocumentParams | undefined {
  if (!isRecord(argument)) return undefined;
  const { uri, line, character, length } = argument;
  if (typeof uri !== 'string' || typeof line !== 'number' || typeof character !== 'number' || typeof length !== 'number') return undefined;
  return { uri, takeFocus: true, selection: { start: { line, character }, end: { line, character: character + length } } };
}
