// Time from a one-character edit in mm/hugetlb.c to its diagnostics, through the real server. Alone: node bench/edit-latency.mjs [EDITS]
import { fileURLToPath } from 'node:url';
import { withEditSession } from './edit-session.mjs';
import { percentile } from './measure.mjs';

/** Milliseconds: opening the file in a cold server; each edit (an insertion at a random place, undone before the next); the edit that makes a bug. */
export function measureEdits(edits = 200, seed = 1) {
  return withEditSession(async ({ open, edit, next, lines }) => {
    const timed = async (work) => {
      const started = performance.now();
      const diagnostics = await work();
      return { milliseconds: performance.now() - started, diagnostics };
    };
    const opened = await timed(open);
    const times = [];
    let last = opened.diagnostics;
    for (let count = 0; count < edits; count++) {
      const { place, character } = next();
      times.push((await timed(() => edit(place, 0, character))).milliseconds);
      last = await edit(place, 1, '');
    }
    if (JSON.stringify(last) !== JSON.stringify(opened.diagnostics)) throw new Error('diagnostics after undoing all edits differ from those at the start');

    // A server that answers quickly because it does not look would have passed so far: the edit that turns the recheck round must show.
    const line = lines.findIndex((content) => content.includes('if (!hugetlb_pte_stable('));
    const broken = await timed(() => edit({ line, character: lines[line].indexOf('!') }, 1, ''));
    if (broken.diagnostics.length <= opened.diagnostics.length) throw new Error('turning the recheck in hugetlb_no_page() round brings no diagnostic');
    return { openMilliseconds: opened.milliseconds, times, bugMilliseconds: broken.milliseconds };
  }, { seed });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { openMilliseconds, times, bugMilliseconds } = await measureEdits(Number(process.argv[2] ?? 200));
  console.log(`open ${openMilliseconds.toFixed(0)} ms; ${times.length} edits: p50 ${percentile(times, 50).toFixed(1)} ms, p95 ${percentile(times, 95).toFixed(1)} ms, max ${Math.max(...times).toFixed(1)} ms; a bug shows after ${bugMilliseconds.toFixed(1)} ms`);
}
