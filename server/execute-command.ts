/** Commands that the server runs itself: finds the one that is asked for. */
import { LSPErrorCodes, ResponseError, type CancellationToken } from 'vscode-languageserver/node';
import { checkWorkspace } from './check-whole-tree';
import type { Feature, FeatureContext } from './feature';
import { proveFinding } from './proof/requests';
import { explainRule, selectRange } from './show-commands';

export interface ServerCommand {
  /** As clients ask for it in `workspace/executeCommand`. */
  readonly name: string;
  /** False when this client cannot have it, or runs it itself. */
  usable(context: FeatureContext): boolean;
  /** `argument` is the first one, as the client sent it. A `ResponseError` is answered as such. */
  run(argument: unknown, context: FeatureContext, token: CancellationToken): Promise<unknown>;
}

const commands: readonly ServerCommand[] = [checkWorkspace, proveFinding, explainRule, selectRange];

export const executeCommands: Feature = (context) => {
  const usable = commands.filter((command) => command.usable(context));
  if (usable.length === 0) return {};
  context.connection.onExecuteCommand(async ({ command: name, arguments: [argument] = [] }: { command: unknown; arguments?: unknown[] }, token) => {
    const command = usable.find((candidate) => candidate.name === name);
    if (command === undefined) throw new ResponseError(LSPErrorCodes.RequestFailed, `There is no command ${String(name)}.`);
    return command.run(argument, context, token);
  });
  return { executeCommandProvider: { commands: usable.map(({ name }) => name) } };
};
