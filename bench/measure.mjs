// Runs a command to its end and measures it; medians and percentiles.
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

const preload = new URL('peak-memory.mjs', import.meta.url).href;

/**
 * Wall-clock time of a whole process, its output, and the peak memory of its node processes (undefined when it has none).
 * Every run gets an empty cache folder: what is measured is the cold run of somebody who has just installed the program.
 */
export async function measure(command, args, { cwd, allowedStatus = [0, 1], timeout = 300_000 } = {}) {
  const scratch = fs.mkdtempSync(path.join(os.tmpdir(), 'mm-review-bench-'));
  try {
    const env = { ...process.env, XDG_CACHE_HOME: scratch, NODE_OPTIONS: `--import=${preload}`, MM_REVIEW_PEAK_DIR: scratch };
    const started = performance.now();
    const { status, stdout, stderr } = await finish(spawn(command, args, { cwd, env, timeout, stdio: ['ignore', 'pipe', 'pipe'] }));
    const seconds = (performance.now() - started) / 1000;
    if (!allowedStatus.includes(status)) throw new Error(`${command} ${args.join(' ').slice(0, 200)} ended with ${status}: ${stderr.slice(0, 500)}`);
    const peaks = fs.readdirSync(scratch).filter((name) => name.startsWith('peak-')).map((name) => Number(fs.readFileSync(path.join(scratch, name), 'utf8')));
    return { seconds, stdout, stderr, peakMegabytes: peaks.length === 0 ? undefined : peaks.reduce((sum, peak) => sum + peak, 0) / 1024 };
  } finally {
    fs.rmSync(scratch, { recursive: true, force: true });
  }
}

function finish(child) {
  return new Promise((resolve, reject) => {
    const output = { stdout: [], stderr: [] };
    for (const name of ['stdout', 'stderr']) child[name].on('data', (chunk) => output[name].push(chunk));
    child.on('error', reject);
    child.on('close', (status, signal) => resolve({
      status: status ?? signal,
      stdout: Buffer.concat(output.stdout).toString(),
      stderr: Buffer.concat(output.stderr).toString(),
    }));
  });
}

export function median(values) {
  return percentile(values, 50);
}

/** Nearest rank; the mean of the two middle values for the median of an even number. */
export function percentile(values, percent) {
  const sorted = [...values].sort((a, b) => a - b);
  if (percent === 50 && sorted.length % 2 === 0) return (sorted[sorted.length / 2 - 1] + sorted[sorted.length / 2]) / 2;
  return sorted[Math.max(0, Math.ceil((percent / 100) * sorted.length) - 1)];
}

/** A Markdown table from rows of cells. */
export function table(head, rows) {
  const line = (cells) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map((_, column) => (column === 0 ? '---' : '---:'))), ...rows.map(line)].join('\n');
}
