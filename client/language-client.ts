/** The library for the language-server protocol. It is a bundle of its own, much larger than the client's: only `import('./language-client')` it, when a server is needed. */
export { LanguageClient, ProgressType, State, TransportKind } from 'vscode-languageclient/node';
