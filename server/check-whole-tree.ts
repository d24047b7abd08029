/** The command that checks whole trees, and the requests through which clients learn what it finds in files that are not open. */
import { LSPErrorCodes, MessageType, ResponseError, ShowMessageNotification } from 'vscode-languageserver/node';
import { count } from './checker';
import type { ServerCommand } from './execute-command';
import type { Feature } from './feature';
import { isRecord } from './settings';

/** Name of the command, for `workspace/executeCommand`; it answers with the number of files, of warnings and of other findings, or null. */
export const CHECK_WORKSPACE = 'mmReview.checkWorkspace';

/** The requests for closed files, from clients that pull. */
export const pullsClosedFiles: Feature = ({ connection, delivery }) => {
  if (!delivery.pulls) return {};
  connection.languages.diagnostics.onWorkspace(async ({ previousResultIds }: { previousResultIds: unknown }, token, _, partial) => {
    const previous = (Array.isArray(previousResultIds) ? previousResultIds : []).filter((one) => isRecord(one) && typeof one.uri === 'string' && typeof one.value === 'string');
    const items = await delivery.pullClosed(previous, token, partial && ((reports) => partial.report({ items: reports })));
    // Not an empty answer: the client would take it for the newest.
    if (token.isCancellationRequested) throw new ResponseError(LSPErrorCodes.RequestCancelled, 'cancelled');
    return { items };
  });
  return {};
};

export const checkWorkspace: ServerCommand = {
  name: CHECK_WORKSPACE,
  usable: () => true,
  async run(_, { connection, delivery, capabilities, folders, log }, token) {
    const current = capabilities.workspace?.workspaceFolders === true ? await connection.workspace.getWorkspaceFolders().catch(() => null) : null;
    try {
      const totals = await delivery.checkWholeTrees(current?.map(({ uri }) => uri) ?? folders, token);
      if (totals === undefined) return null;
      const found = totals.warnings === 0 ? 'no warnings' : count(totals.warnings, 'warning');
      const message = totals.files === 0 ? 'No kernel tree is open.' : `Checked ${count(totals.files, 'file')}: ${found}${totals.informations === 0 ? '' : `, ${totals.informations} for information`}.`;
      void connection.sendNotification(ShowMessageNotification.type, { type: MessageType.Info, message });
      return totals;
    } catch (error) {
      log.failure('Checking the whole tree', error);
      throw new ResponseError(LSPErrorCodes.RequestFailed, `The tree could not be checked: ${error instanceof Error ? error.message : String(error)}`);
    }
  },
};
