/** The command that opens a rule's page. The server has a name for it as well; a test holds them together. */
export const EXPLAIN_RULE = 'mmReview.explainRule';

/** The rule that the command was called with: the name of a page. */
export function parseRule(argument: unknown): string | undefined {
  if (typeof argument !== 'object' || argument === null || !('rule' in argument) || typeof argument.rule !== 'string') return undefined;
  return /^[a-z][a-z0-9-]*$/.test(argument.rule) ? argument.rule : undefined;
}
