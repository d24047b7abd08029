/** As much of VS Code as the race panel's host touches, for tests: `vi.mock('vscode', () => import('./fake-vscode'))`. What happens to it is in `fake`. */

type Listener<T> = (event: T) => unknown;

export class Disposable {
  constructor(private readonly ended: () => void) {}
  dispose(): void {
    this.ended();
  }
}

class Event<T> {
  private readonly listeners = new Set<Listener<T>>();
  readonly on = (listener: Listener<T>): Disposable => {
    this.listeners.add(listener);
    return new Disposable(() => this.listeners.delete(listener));
  };
  fire(event: T): void {
    for (const listener of [...this.listeners]) listener(event);
  }
}

export class Uri {
  private constructor(readonly scheme: string, readonly path: string) {}
  static parse(text: string): Uri {
    const [scheme = '', path = ''] = text.split('://');
    return new Uri(scheme, path);
  }
  static joinPath(base: Uri, ...parts: readonly string[]): Uri {
    return new Uri(base.scheme, [base.path, ...parts].join('/'));
  }
  toString(): string {
    return `${this.scheme}://${this.path}`;
  }
}

export class Range {
  constructor(readonly line: number) {}
}

export class ThemeColor {
  constructor(readonly id: string) {}
}

export class CancellationTokenSource {
  readonly token = { isCancellationRequested: false };
  cancel(): void {
    this.token.isCancellationRequested = true;
  }
}

/** Context keys are set; nobody looks. */
export const commands = { executeCommand: () => Promise.resolve() };

export const TextEditorSelectionChangeKind = { Keyboard: 1, Mouse: 2, Command: 3 };
export const TextEditorRevealType = { InCenterIfOutsideViewport: 2 };
export const ViewColumn = { Beside: -2, One: 1, Two: 2 };

export interface FakeEditor {
  readonly document: { readonly uri: Uri };
  readonly selection: { readonly active: { readonly line: number } };
  /** Lines (from 0) that are highlighted. */
  highlighted: readonly number[];
  /** The line (from 0) that was brought into view last. */
  revealed: number | undefined;
  readonly column: number;
  setDecorations(type: unknown, ranges: readonly Range[]): void;
  revealRange(range: Range): void;
}

/** A webview panel, and what was said to its page. */
export class FakePanel {
  title = 'Race';
  disposed = false;
  revealed = 0;
  readonly posted: unknown[] = [];
  readonly received = new Event<unknown>();
  readonly closed = new Event<void>();
  readonly viewColumn = 2;
  readonly onDidDispose = this.closed.on;
  readonly webview = {
    options: {}, html: '', cspSource: 'https://webview.test',
    onDidReceiveMessage: this.received.on,
    asWebviewUri: (uri: Uri): Uri => uri,
    postMessage: (message: unknown): Promise<boolean> => Promise.resolve(this.posted.push(message) > 0),
  };
  reveal(): void {
    this.revealed++;
  }
  dispose(): void {
    this.disposed = true;
    this.closed.fire();
  }
}

/** Brings panels back, as after a restart. */
interface Serializer {
  deserializeWebviewPanel(panel: FakePanel, state: unknown): Promise<void>;
}

interface Selected {
  readonly textEditor: FakeEditor;
  readonly selections: readonly { readonly active: { readonly line: number } }[];
  readonly kind: number | undefined;
}

interface Fake {
  /** What is on disk, by URI. */
  files: Map<string, string>;
  folders: { readonly uri: Uri }[] | undefined;
  editors: FakeEditor[];
  panels: FakePanel[];
  serializer: Serializer | undefined;
  clipboard: string;
  /** What the reader chooses in a list and in the dialog for files; undefined for nothing. */
  pick: (labels: readonly string[]) => string | undefined;
  saveTo: (options: { readonly defaultUri?: Uri; readonly filters: Readonly<Record<string, readonly string[]>> }) => Uri | undefined;
  selected: Event<Selected>;
}

export const fake: Fake = fresh();

/** Forgets everything. */
export function resetFake(): void {
  Object.assign(fake, fresh());
}

export function fakeEditor(uri: string, { cursor = 0, column = 1 } = {}): FakeEditor {
  return {
    document: { uri: Uri.parse(uri) }, selection: { active: { line: cursor } }, highlighted: [], revealed: undefined, column,
    setDecorations(_, ranges) { this.highlighted = ranges.map(({ line }) => line); },
    revealRange(range) { this.revealed = range.line; },
  };
}

function fresh(): Fake {
  return { files: new Map(), folders: undefined, editors: [], panels: [], serializer: undefined, clipboard: '', pick: ([first]) => first, saveTo: ({ defaultUri }) => defaultUri, selected: new Event() };
}

export const window = {
  get visibleTextEditors(): readonly FakeEditor[] { return fake.editors; },
  onDidChangeTextEditorSelection: (listener: Listener<Selected>): Disposable => fake.selected.on(listener),
  createTextEditorDecorationType: (): Disposable => new Disposable(() => undefined),
  showTextDocument(uri: Uri, { viewColumn }: { readonly viewColumn: number }): Promise<FakeEditor> {
    const editor = fakeEditor(uri.toString(), { column: viewColumn });
    fake.editors = [...fake.editors, editor];
    return Promise.resolve(editor);
  },
  createWebviewPanel(): FakePanel {
    const panel = new FakePanel();
    fake.panels.push(panel);
    return panel;
  },
  registerWebviewPanelSerializer(_: string, serializer: Serializer): Disposable {
    fake.serializer = serializer;
    return new Disposable(() => { fake.serializer = undefined; });
  },
  showQuickPick<T extends { readonly label: string }>(items: readonly T[]): Promise<T | undefined> {
    const label = fake.pick(items.map((item) => item.label));
    return Promise.resolve(items.find((item) => item.label === label));
  },
  showSaveDialog: (options: Parameters<Fake['saveTo']>[0]): Promise<Uri | undefined> => Promise.resolve(fake.saveTo(options)),
};

export const workspace = {
  get workspaceFolders(): Fake['folders'] { return fake.folders; },
  openTextDocument: (uri: Uri): Promise<{ getText(): string }> => Promise.resolve({ getText: () => fake.files.get(uri.toString()) ?? '' }),
  fs: {
    stat: (uri: Uri): Promise<object> => (fake.files.has(uri.toString()) ? Promise.resolve({}) : Promise.reject(new Error('not found'))),
    writeFile: (uri: Uri, bytes: Uint8Array): Promise<void> => {
      fake.files.set(uri.toString(), new TextDecoder().decode(bytes));
      return Promise.resolve();
    },
  },
};

export const env = { clipboard: { writeText: (text: string): Promise<void> => Promise.resolve(void (fake.clipboard = text)) } };
