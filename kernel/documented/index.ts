/** All documented functions. None of them is a primitive: the analyzer reads their bodies, the hover reads this. */
import type { Documented } from '../types';
import { collapseFunctions } from './collapse';
import { faultFunctions } from './faults';
import { gupFunctions } from './gup';
import { hugetlbFunctions } from './hugetlb';
import { memoryFunctions } from './memory';
import { mfillFunctions } from './mfill';
import { rangeFunctions } from './ranges';
import { reverseMappingFunctions } from './reverse-mapping';
import { userfaultfdFunctions } from './userfaultfd';

/** In table order; a test asserts that no name occurs twice, here or in the other tables. */
export const allDocumented: readonly Documented[] = [
  ...userfaultfdFunctions, ...mfillFunctions, ...faultFunctions, ...hugetlbFunctions, ...rangeFunctions, ...collapseFunctions, ...reverseMappingFunctions, ...gupFunctions,
  ...memoryFunctions,
];

/** Documented functions by name. */
export const documented: ReadonlyMap<string, Documented> = new Map(allDocumented.map((entry) => [entry.name, entry]));
