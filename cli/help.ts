/** Texts of `--help`. They must not need the analyzer: asking for help is instant. */
import type { CommandName } from './arguments';

export function helpText(topic: CommandName | undefined): string {
  return topic === undefined || topic === 'help' ? overview : topics[topic];
}

const overview = `mm-review finds userfaultfd races in Linux mm code.

Usage: mm-review COMMAND [OPTION...]

Commands:
  check [PATH...]   check C files of a kernel tree
  explain [RULE]    what a rule looks for, why, and when it is wrong
  summary FUNCTION  what is believed about a function: locks, events, readings
  simulate [FILE]   explore race scenarios and draw the failing schedule
  prove FILE        make a race of each finding, on your own lines, and explore it
  report FINDING    one finding as text for a commit message, with its race
  lsp --stdio       run the language server, for editors
  help [COMMAND]    show this text, or what a command takes

Options:
  -h, --help        show this text
  -V, --version     show the version

Start with:  mm-review check ~/linux/mm
`;

const topics = {
  check: `Usage: mm-review check [OPTION...] [PATH...]

Checks C files. PATH is a file, or a directory whose C files are checked. The kernel
tree around it is read as well, for the functions that call and are called, but needs
no configuration and no build. Without PATH a bundled example is checked.

Options:
  --root DIR        top of the kernel tree; by default the nearest directory above
                    PATH that has mm/ and include/linux/. Alone: check all of it
  --format FORMAT   gcc (default): as compilers print warnings
                    json: for programs of your own
                    sarif: SARIF 2.1.0, for code scanning and its viewers
                    github: annotations of a GitHub Actions run
  --rules A,B       run only these rules
  --prove           say of each finding whether a schedule of its own code confirms it;
                    takes some seconds for each (see 'mm-review help prove')
  --stats           print what was read, how well, and where the time went
  -h, --help        show this text

Helpers that the analyzer does not know are described in a file .mm-review.json at the
top of the kernel tree (docs/model-file.md).

Exit status: 0 nothing found, 1 warnings, 2 something could not be checked. What --prove
says changes nothing of that: a finding that was not reached is a finding.

Examples:
  mm-review check ~/linux/mm
  mm-review check mm/hugetlb.c fs/userfaultfd.c
  mm-review check --format sarif mm > mm-review.sarif
`,
  explain: `Usage: mm-review explain [RULE]

Prints the page of a rule: what it looks for, why that is a bug, examples, and when it
is a false alarm. RULE is the name in brackets at the end of a warning. Without RULE
the rules are listed.

Exit status: 0, or 2 when there is no such rule.

Example:
  mm-review explain lockless-pte-to-userfault
`,
  summary: `Usage: mm-review summary [--root DIR] [--format text|json] FUNCTION [FILE]

Prints what the analyzer believes about a function: the ways in which it returns and
what they leave behind (locks, compared and unconfirmed entries), the userfault events
that it reaches and on what they rest, and the faults that it raises for the kernel.
What it does to uffd-wp bits and to the page cache is followed, but not shown here.
For the reviewer who doubts a finding, or its absence.

The kernel tree is the one around FILE or the current directory, or the one that --root
names. Without FILE every function of that name is shown.

Exit status: 0, or 2 when there is no such function.

Example:
  mm-review summary hugetlb_pte_stable mm/hugetlb.c
`,
  simulate: `Usage: mm-review simulate [OPTION...] [FILE...]

Explores every interleaving of a scenario: a litmus test over page-table entries, locks
and userfault events (docs/litmus.md). FILE is a .litmus file or the name of a scenario
that ships; its first variant is shown in full, the others are compared with what the
file expects of them. Without FILE all scenarios that ship are compared.

Options:
  --variant V       show this variant in full
  --adversary A,B   library threads in place of those that the scenario offers for that
  --beside          ... or beside all of the scenario's own
  --all-schedules   one failing schedule for each way to fail
  --format FORMAT   text (default): as in a commit message
                    json: with all states; can be replayed
                    itf: for Apalache's trace viewers
                    svg, mermaid: the failing schedule as a picture
                    promela: the model, for SPIN
  --replay FILE     replay a schedule that was printed as JSON, and verify what it says
  -h, --help        show this text

Exit status: 0 all is as expected, 1 something is not, 2 something is wrong with the input.

Examples:
  mm-review simulate
  mm-review simulate hugetlb-missing-unstable-pte
  mm-review simulate hugetlb-missing-unstable-pte --variant fixed --format promela
`,
  prove: `Usage: mm-review prove [OPTION...] FILE[:FUNCTION]...

Makes a small program of the code around each finding, and explores every interleaving of it
with other threads of the kernel and of userspace. The verdict is "confirmed", with a schedule
on your own lines; "not reached", with all that was tried; or "unresolved", and why. Where a
fix is known, what was confirmed is tried again with it, and you see where it stops the race.

Options:
  --all             every finding below --root DIR/mm (or of the named files)
  --site            places that have no finding: shows why they are safe
  --no-fix          look for no fix of what was confirmed
  --litmus          print the programs, to keep, edit and run with simulate
  --format FORMAT   text (default) or json
  --root DIR        top of the kernel tree
  -h, --help        show this text

Exit status: 0 nothing was confirmed, 1 something was, 2 there was nothing to prove.

Examples:
  mm-review prove mm/hugetlb.c
  mm-review prove --site mm/hugetlb.c:hugetlb_no_page
  mm-review prove --litmus mm/ksm.c:break_ksm > break_ksm.litmus
`,
  report: `Usage: mm-review report [--root DIR] [--blame] FINDING

Prints one finding as it would stand in a commit message: what is wrong, the race as a
diagram with a column for each thread, and what the fix blocks, where one is known. Plain
text of at most 75 columns. FINDING is FILE:LINE, FILE:FUNCTION, or a fingerprint from
'check --format json', which is looked for in the kernel tree around the current directory.

Options:
  --blame           ask git which commits last changed the flagged lines, and add a line
                    "Fixes:" for each: candidates, for you to judge
  --root DIR        top of the kernel tree
  -h, --help        show this text

Exit status: 0, or 2 when there is no such finding, or more than one.

Examples:
  mm-review report mm/ksm.c:break_ksm
  mm-review report --blame mm/hugetlb.c:5702
`,
  lsp: `Usage: mm-review lsp --stdio

Runs the language server. It speaks the language-server protocol on standard input and
output; your editor starts it for C files below a kernel tree.
`,
};
