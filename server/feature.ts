/** What a feature of the server is: it registers its requests at the handshake and says what the client may ask for. */
import type { ClientCapabilities, Connection, ServerCapabilities, TextDocuments } from 'vscode-languageserver/node';
import type { TextDocument } from 'vscode-languageserver-textdocument';
import type { Delivery } from './delivery';
import type { Engine } from './engine';
import type { LitmusDiagnostics } from './litmus/diagnostics';
import type { Log } from './log';
import type { Proofs } from './proof/proofs';

export interface FeatureContext {
  readonly connection: Connection;
  readonly documents: TextDocuments<TextDocument>;
  readonly engine: Engine;
  readonly log: Log;
  /** What the client can do. */
  readonly capabilities: ClientCapabilities;
  /** Commands that the client has: no others may be sent to it. */
  readonly commands: ReadonlySet<string>;
  /** Findings, settings, and questions to the analysis, by document. */
  readonly delivery: Delivery;
  /** Proofs of findings. */
  readonly proofs: Proofs;
  /** What is wrong in litmus files. */
  readonly litmus: LitmusDiagnostics;
  /** URIs of the folders that the client has open. */
  readonly folders: readonly string[];
}

/** Registers the handlers; what it returns goes into the answer to `initialize`. Nothing of ours when the client cannot use it. */
export type Feature = (context: FeatureContext) => Partial<ServerCapabilities>;

/** Names of the commands that a client says it has in its initialization options: `{"commands": ["mmReview.openRace"]}`. */
export function announcedCommands(initializationOptions: unknown): ReadonlySet<string> {
  const commands: unknown = typeof initializationOptions === 'object' && initializationOptions !== null && 'commands' in initializationOptions ? initializationOptions.commands : [];
  return new Set(Array.isArray(commands) ? commands.filter((name) => typeof name === 'string') : []);
}
