export declare class LspClient {
  constructor(command: string, args: readonly string[], settings?: unknown);
  log: string;
  readonly pid: number | undefined;
  exit: number | string | undefined;
  initialize(root: string): Promise<unknown>;
  request(method: string, params: unknown): Promise<unknown>;
  notify(method: string, params: unknown): void;
  diagnostics(uri: string, timeout?: number): Promise<unknown[]>;
  stop(): Promise<void>;
  kill(): void;
}
