/** What confirms a finding of each rule, and what its slice has to keep for that. */
import type { Effect } from '../kernel/types';
import type { PropertyId } from '../simulator/machine/program';
import type { Purpose } from './parts';

const rules = {
  'lockless-pte-to-userfault': { properties: ['unjustified-event'], purpose: { goal: (e) => e.op === 'event', keepsAfter: false } },
  'fake-write-fault': { properties: ['kernel-fault-sigbus'], purpose: { goal: (e) => e.op === 'fault' || e.op === 'event', keepsAfter: false, isOwnFault: true } },
  'uffd-wp-check-not-repeated': { properties: ['armed-under-huge', 'armed-page-written'], purpose: { goal: (e) => e.op === 'clear' || e.op === 'store', keepsAfter: true } },
  'uffd-wp-bit-lost': { properties: ['armed-page-written'], purpose: { goal: (e) => e.op === 'clear' || e.op === 'store' || e.op === 'mark', keepsAfter: true, startsAtLock: true } },
  'hole-filled-under-uffd': { properties: ['observed-hole-filled'], purpose: { goal: (e) => e.op === 'cache-store', keepsAfter: true } },
} as const satisfies Record<string, { readonly properties: readonly PropertyId[]; readonly purpose: Purpose }>;

/** Rules whose findings can be made into scenarios. */
export type WitnessRule = keyof typeof rules;

export function isWitnessRule(rule: string): rule is WitnessRule {
  return Object.hasOwn(rules, rule);
}

export function properties(rule: WitnessRule): readonly PropertyId[] {
  return rules[rule].properties;
}

export function purposeOf(rule: WitnessRule): Purpose {
  return rules[rule].purpose;
}

/** What a call must do for each rule to ask about it where nothing was found. A table that is taken out of use is what a check has to be repeated for. */
export const questions: readonly { readonly rule: WitnessRule; readonly asks: (effect: Effect) => boolean }[] = Object.entries(rules).map(([name, { purpose }]) => {
  const rule = name as WitnessRule;
  return { rule, asks: rule === 'uffd-wp-check-not-repeated' ? (e) => e.op === 'clear' && e.table === true : purpose.goal };
});
