/** Has the races of findings explored before anybody asks for them. The server keeps what it found, so that a race opens at once. */

export interface RacePreparer {
  /** These scenarios belong to the findings that there are now. */
  prepare(scenarios: readonly string[]): void;
  dispose(): void;
}

/** Milliseconds without a new finding: whoever types has the server to himself. */
const QUIET_MS = 500;
/** The server keeps some answers only. */
const MOST = 4;

/** `explore` asks the server, one scenario at a time; what it cannot explore is tried again when somebody wants to see it. */
export function createRacePreparer(explore: (scenario: string) => Promise<unknown>): RacePreparer {
  let wanted: readonly string[] = [];
  /** Without findings it is forgotten: a new server knows nothing. */
  let prepared = new Set<string>();
  let timer: NodeJS.Timeout | undefined;
  let running = false;

  async function run(): Promise<void> {
    if (running) return;
    running = true;
    for (let next = open(); next !== undefined; next = open()) {
      prepared.add(next);
      await explore(next).catch(() => undefined);
    }
    running = false;
  }

  const open = (): string | undefined => wanted.find((scenario) => !prepared.has(scenario));

  return {
    prepare(scenarios) {
      wanted = [...new Set(scenarios)].slice(0, MOST);
      if (wanted.length === 0) prepared = new Set();
      clearTimeout(timer);
      if (open() !== undefined) timer = setTimeout(() => void run(), QUIET_MS);
    },
    dispose() {
      clearTimeout(timer);
      wanted = [];
    },
  };
}
