/** Commands that the server runs itself. All of them show something, so only clients that can be asked to show a document have them. */
import { ShowDocumentRequest, type ShowDocumentParams } from 'vscode-languageserver/node';
import type { Feature, FeatureContext } from './feature';
import { isRecord } from './settings';
import { pathToUri } from './uris';

/** Opens the page of a rule: `{rule}`. A client that announces it runs it itself. */
export const EXPLAIN_RULE = 'mmReview.explainRule';
/** Selects a piece of a line: `{uri, line, character, length}`, counted from 0. */
export const SELECT_RANGE = 'mmReview.selectRange';

/** The commands that this client can have run by the server. */
export function serverCommands({ capabilities, commands }: FeatureContext): readonly string[] {
  if (capabilities.window?.showDocument?.support !== true) return [];
  return commands.has(EXPLAIN_RULE) ? [SELECT_RANGE] : [SELECT_RANGE, EXPLAIN_RULE];
}

export const commands: Feature = (context) => {
  const offered = serverCommands(context);
  if (offered.length === 0) return {};
  const { connection, engine, log } = context;
  connection.onExecuteCommand(async ({ command, arguments: [argument] = [] }) => {
    const shown = command === EXPLAIN_RULE ? pageOf(argument, engine.rulePage) : command === SELECT_RANGE ? selectionOf(argument) : undefined;
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
  });
  return { executeCommandProvider: { commands: [...offered] } };
};

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
