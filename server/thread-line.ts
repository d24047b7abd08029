/** A line to a thread of the server's own. Where no thread can be started, the same work is done in the server, over a channel that ends where it begins. */
import { MessageChannel, Worker } from 'node:worker_threads';
import { describeError, type Log } from './log';

/** One end of the line between the two; node's message ports and workers are such. */
export interface Port<In, Out> {
  postMessage(message: Out): void;
  on(event: 'message', listener: (message: In) => void): unknown;
}

/** The server's end. */
export interface Line<In, Out> extends Port<In, Out> {
  /** Calls back when nothing will come any more, with the reason. */
  onEnd(listener: (reason: string) => void): void;
  /** Ends the other side, whatever it is doing. */
  end(): void;
}

export interface LineOptions<In, Out> {
  /** The thread's script; undefined when there is none. Its first message says that it listens. */
  readonly script: string | undefined;
  /** Does the work at the other end when there is no thread. */
  readonly serve: (port: Port<Out, In>) => void;
  /** What the thread is for, as the log names it: `whole trees`. */
  readonly purpose: string;
  readonly log: Log;
  /** The most memory of its JavaScript objects; a thread that needs more ends. As much as node allows unless given. */
  readonly maxMegabytes?: number;
}

/** Resolves when the other end listens. */
export async function openLine<In, Out>({ script, serve, purpose, log, maxMegabytes }: LineOptions<In, Out>): Promise<Line<In, Out>> {
  if (script === undefined) return inServer(serve);
  try {
    return await inThread<In, Out>(script, maxMegabytes);
  } catch (error) {
    log.info(`No thread for ${purpose}, the server does it itself: ${describeError(error).split('\n', 1)[0]}`);
    return inServer(serve);
  }
}

function inThread<In, Out>(script: string, maxMegabytes: number | undefined): Promise<Line<In, Out>> {
  return new Promise((resolve, reject) => {
    // Standard output belongs to the protocol.
    const worker = new Worker(script, { stdout: true, ...(maxMegabytes !== undefined && { resourceLimits: { maxOldGenerationSizeMb: maxMegabytes } }) });
    // The server ends when its client does, whatever the thread is doing.
    worker.unref();
    let end: (reason: string) => void = (reason) => reject(new Error(reason));
    worker.on('error', (error) => end(describeError(error)));
    worker.on('exit', () => end('the thread has ended'));
    const line: Line<In, Out> = {
      postMessage: (message) => worker.postMessage(message),
      on: (_, listener) => worker.on('message', listener),
      onEnd: (listener) => void (end = listener),
      end: () => void worker.terminate(),
    };
    worker.once('message', () => resolve(line));
  });
}

function inServer<In, Out>(serve: (port: Port<Out, In>) => void): Line<In, Out> {
  const { port1, port2 } = new MessageChannel();
  serve(port2);
  port1.unref();
  port2.unref();
  let end: (reason: string) => void = () => undefined;
  return {
    postMessage: (message) => port1.postMessage(message),
    on: (_, listener) => port1.on('message', listener),
    onEnd: (listener) => void (end = listener),
    end() {
      port1.close();
      end('the work was ended');
    },
  };
}
