/** Runs one command and gives its exit status; nothing it does ends in a stack trace. */
import { parseCommandLine } from './arguments';
import { internalErrorText, runCheck } from './check';
import { runExplain } from './explain';
import { helpText } from './help';
import { toolName, UsageError, type Host } from './host';
import { optimizeLater } from './optimize-later';
import { runSummary } from './summary';

/** `argv` without node and the script. Undefined when something keeps running (the language server). */
export async function run(argv: readonly string[], host: Host): Promise<number | undefined> {
  try {
    const invocation = parseCommandLine(argv);
    switch (invocation.command) {
      case 'help':
        host.stdout.write(helpText(invocation.topic));
        return 0;
      case 'version':
        host.stdout.write(`${toolName} ${host.version}\n`);
        return 0;
      case 'lsp':
        host.startServer(invocation.args);
        return undefined;
      case 'check':
        return await runCheck(invocation.check, host);
      case 'summary':
        return await runSummary(invocation.summary, host);
      case 'simulate':
        // What runs for long here is WebAssembly, which this does not concern.
        optimizeLater(500_000);
        // Brings the simulator along, which no other command needs.
        return await (await import('./simulate')).runSimulate(invocation.simulate, host);
      case 'prove':
        return await (await import('./prove')).runProve(invocation.prove, host);
      case 'report':
        return await (await import('./report')).runReport(invocation.report, host);
      case 'explain':
        return await runExplain(invocation.rule, host);
    }
  } catch (error) {
    if (!(error instanceof UsageError)) {
      host.stderr.write(internalErrorText(error, host));
      return 2;
    }
    host.stderr.write(`${toolName}: ${error.message}\n`);
    host.stderr.write(argv.length === 0 ? `\n${helpText(undefined)}` : `Try '${toolName} help${error.command === undefined ? '' : ` ${error.command}`}'.\n`);
    return 2;
  }
}
