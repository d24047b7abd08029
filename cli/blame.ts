/** Which commits last changed some lines: candidates for a `Fixes:` line, for a person to judge. */
import { execFile } from 'node:child_process';

export interface Blamed {
  /** 12 hexadecimal digits. */
  readonly commit: string;
  readonly subject: string;
}

/** Lines of a file, both ends included, from 1. */
export interface Lines {
  readonly file: string;
  readonly first: number;
  readonly last: number;
}

/** Runs nothing that a repository names: no hooks, no file system monitor; text conversion is off as well, and nothing is fetched. */
const careful = ['--no-optional-locks', '-c', 'core.fsmonitor=false', '-c', 'core.hooksPath=/dev/null'];

/** The commits that last changed the lines, the oldest first; a sentence when git knows of none. `root` is the directory that the file is relative to. */
export async function blame(root: string, { file, first, last }: Lines, env: Readonly<Record<string, string | undefined>>): Promise<readonly Blamed[] | string> {
  const args = [...careful, 'blame', '--no-textconv', '-w', '--porcelain', '-L', `${first},${last}`, '--', file];
  const { output, problem } = await new Promise<{ readonly output: string; readonly problem: string | undefined }>((resolve) => {
    const options = { cwd: root, env: { ...env, LC_ALL: 'C', GIT_TERMINAL_PROMPT: '0', GIT_NO_LAZY_FETCH: '1' }, timeout: 120_000, maxBuffer: 16 << 20 };
    execFile('git', args, options, (error, stdout, stderr) => resolve({ output: stdout, problem: error ? reason(error, stderr, file) : undefined }));
  });
  if (problem !== undefined) return problem;
  const commits = commitsOf(output);
  if (commits.length === 0) return `${file}:${first} is not committed yet`;
  return commits;
}

function reason(error: Error & { readonly code?: unknown; readonly killed?: boolean }, stderr: string, file: string): string {
  if (error.code === 'ENOENT') return 'git is not there';
  if (error.killed === true) return 'git blame took too long';
  if (/not a git repository/.test(stderr)) return 'there is no git repository';
  if (/no such path/.test(stderr)) return `git does not know ${file}`;
  return stderr.split('\n').find((line) => line.trim() !== '')?.replace(/^fatal: /, '') ?? 'git blame failed';
}

/** Each commit of a porcelain output once, by its time and then by its name. A line that is not committed is blamed on zeros. */
function commitsOf(output: string): Blamed[] {
  const found = new Map<string, { subject: string; time: number }>();
  let commit = '';
  for (const line of output.split('\n')) {
    const head = /^([0-9a-f]{40,64}) \d+ \d+/.exec(line);
    if (head) {
      commit = head[1]!;
      if (!found.has(commit)) found.set(commit, { subject: '', time: 0 });
    }
    const entry = found.get(commit);
    if (entry && line.startsWith('summary ')) entry.subject = line.slice('summary '.length);
    if (entry && line.startsWith('committer-time ')) entry.time = Number(line.slice('committer-time '.length));
  }
  return [...found].filter(([name]) => !/^0+$/.test(name)).sort(([a, x], [b, y]) => x.time - y.time || (a < b ? -1 : 1)).map(([name, { subject }]) => ({ commit: name.slice(0, 12), subject }));
}
