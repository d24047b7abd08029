// Loaded into every measured node process: leaves its peak memory (KiB, worker threads included) in a file when it ends.
import { writeFileSync } from 'node:fs';
import { isMainThread } from 'node:worker_threads';

if (isMainThread && process.env.MM_REVIEW_PEAK_DIR) {
  process.on('exit', () => writeFileSync(`${process.env.MM_REVIEW_PEAK_DIR}/peak-${process.pid}`, String(process.resourceUsage().maxRSS)));
}
