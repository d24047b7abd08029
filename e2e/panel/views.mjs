// What the page is shown: the answers of a language server to what the panel asks for.
import fs from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { withServer } from '../language-server.mjs';

export const target = { scenario: 'hugetlb-missing-unstable-pte' };

/** A file of ours with four threads, many locks and long names. */
const LARGE = path.join(import.meta.dirname, 'large.litmus');

export async function recordViews() {
  return withServer(async (server) => {
    const ask = async (params) => {
      const { view, problems } = await server.sendRequest('mmReview/race', params);
      if (view === null) throw new Error(`${JSON.stringify(params)}: ${JSON.stringify(problems)}`);
      return view;
    };
    const names = (await server.sendRequest('mmReview/scenarios', {})).map(({ name }) => name);
    const all = [];
    for (const scenario of names) all.push(await ask({ scenario }));
    const buggy = all.find(({ name }) => name === target.scenario);
    const schedules = await server.sendRequest('mmReview/schedules', target);
    const at = stepOf(buggy, 'huge_ptep_modify_prot_start');
    const other = await ask({ ...target, schedule: [...buggy.schedule.moves.slice(0, at), { thread: 0, way: 0 }] });
    const fixed = await ask({ ...target, variant: 'fixed' });
    const [ends] = (await server.sendRequest('mmReview/schedules', { ...target, variant: 'fixed' })).schedules;
    const safe = await ask({ ...target, variant: 'fixed', schedule: ends.moves });
    const large = await ask({ uri: pathToFileURL(LARGE).href });
    return { all, buggy, fixed, other, safe, schedules, large: { ...large, variants: manyVariants(large.variants), text: fs.readFileSync(LARGE, 'utf8') } };
  });
}

/** The number of the first step with this text. */
export const stepOf = (view, code) => view.steps.find(({ text }) => text.includes(code)).n;

/** As many as a slice of the kernel's own code has. */
function manyVariants([first]) {
  const mappings = ['private', 'owner', 'shared', 'private-file'];
  const entries = ['armed', 'swap', 'marker'];
  const accesses = ['read', 'write', 'unshare'];
  return [first, ...mappings.flatMap((mapping) => entries.flatMap((entry) => accesses.map((access) => ({ name: `${mapping}-${entry}-${access}`, title: `${mapping} hugetlb mapping, ${entry}, ${access} access` }))))];
}
