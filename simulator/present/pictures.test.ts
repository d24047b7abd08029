import { describe, expect, test } from 'vitest';
import { explore } from '../explorer/explore';
import { replay } from '../explorer/replay';
import { buildDiagram } from './diagram';
import { renderHerd } from './herd';
import { escapeMermaid, renderMermaid } from './mermaid';
import { randomProgram, randomSchedule } from './random-programs';
import { escapeXml, renderSvg } from './svg';
import { formatForTests as format, hugetlb, hugetlbSchedule } from './test-programs';

const program = hugetlb(false);
const diagram = buildDiagram(program, replay(program, hugetlbSchedule).trace, { format });

/** The tags of a document, each closed in order; what is left over if not. */
function unbalanced(xml: string): string[] {
  const open: string[] = [];
  for (const [, end, name = '', , self] of xml.matchAll(/<(\/?)([a-z]+)((?:\s+[\w:-]+="[^"<]*")*)\s*(\/?)>/gi)) {
    if (self === '/') continue;
    if (end === '') open.push(name);
    else if (open.pop() !== name) return [name];
  }
  return open;
}

describe('SVG', () => {
  const svg = renderSvg(diagram, { title: 'MISSING "event" <on> & off' });

  test('has a name and the text diagram in it', () => {
    expect(svg).toContain('<title>MISSING &quot;event&quot; &lt;on&gt; &amp; off</title>');
    expect(svg).toMatch(/<desc>[^]*&lt;== MISSING event[^]*<\/desc>/);
  });

  test('shows lanes, window, locks and the violation', () => {
    for (const words of ['UFFDIO_WRITEPROTECT', 'page fault', 'pte is cleared for an update', 'P0 holds ptl from step 3 to the end', 'takes ptl', 'not reached', '&lt;== MISSING event, but the page exists!']) expect(svg).toContain(words);
  });

  test('is well formed, and pulls in nothing, whatever the schedule', () => {
    for (let seed = 0; seed < 100; seed++) {
      const other = randomProgram(seed);
      const picture = renderSvg(buildDiagram(other, replay(other, randomSchedule(other, seed, 20)).trace, { format }), { title: `]]> <script> ${seed}` });
      expect(unbalanced(picture), `seed ${seed}`).toEqual([]);
      expect(picture).not.toMatch(/<script|foreignObject|href|&(?!amp;|lt;|gt;|quot;|#39;)|NaN|undefined/);
    }
  });

  test('characters that XML has no place for are left out', () => {
    expect(escapeXml('a\u0000b\u001b<')).toBe('ab&lt;');
  });
});

describe('Mermaid', () => {
  test('has a participant for each thread and a note for the window', () => {
    const lines = renderMermaid(diagram).split('\n');
    expect(lines.slice(0, 3)).toEqual(['sequenceDiagram', '  participant T0 as P0: UFFDIO_WRITEPROTECT', '  participant T1 as P1: page fault']);
    expect(lines).toContain('  Note over T0,T1: pte is cleared for an update');
    expect(lines).toContain('  Note over T1: MISSING event, but the page exists!');
  });

  test('nothing in a text is taken for syntax', () => {
    expect(escapeMermaid('a; b # c %% "d" <e> end\n\tEND')).toBe('a#59; b #35; c #37;#37; #34;d#34; #60;e#62; #101;nd #69;ND');
  });
});

describe('as herd reports', () => {
  const exploration = explore(program);

  test('a test that fails', () => {
    expect(renderHerd({ name: 'hugetlb', exploration, uncovered: [], seconds: 0.0123 })).toBe([
      'Test hugetlb Allowed', `States ${exploration.states}`, 'Ok', 'Witnesses', `Positive: ${exploration.positive} Negative: ${exploration.negative}`,
      'Flag unjustified-event: event for a page that was there, in 11 steps', 'Condition built-in properties',
      `Observation hugetlb Sometimes ${exploration.positive} ${exploration.negative}`, 'Time hugetlb 0.01', '',
    ].join('\n'));
  });

  test('one that does not, and one that nobody knows of', () => {
    const fixed = explore(hugetlb(true));
    expect(renderHerd({ name: 'x', exploration: fixed, uncovered: ['retry'], condition: 'x=1', seconds: 1 })).toMatch(/^Test x Forbidden\n[^]*\nNo\n[^]*Flag not-covered: retry\nCondition exists \(x=1\)\nObservation x Never 0 \d+\n/);
    expect(renderHerd({ name: 'x', exploration: { ...fixed, verdict: 'inconclusive', limit: 'states' }, uncovered: [], seconds: 1 })).toMatch(/^Test x Unknown\n[^]*Undecided\n[^]*Flag incomplete: too many states\n[^]*Observation x inconclusive /);
  });
});
