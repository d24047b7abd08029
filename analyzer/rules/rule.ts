/** What every rule says about itself; the README table, `--rules` and the documentation are tested against it. */
import type { Severity } from '../findings/finding';

export interface RuleInfo {
  /** Names the bad pattern. */
  readonly name: string;
  /** One line, for lists. */
  readonly description: string;
  readonly severity: Severity;
  /** The upstream commit that fixed the bug this rule comes from: 12 hex digits and subject. */
  readonly commit: string;
  /** Scenario that shows the race, when one ships. */
  readonly scenario: string | null;
  /** Version of this program that first had the rule. */
  readonly since: string;
}
