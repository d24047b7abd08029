/** Flags, ioctls and other constants that a hover explains. */
import type { Constant } from '../types';
import { faultConstants } from './faults';
import { memoryConstants } from './memory';
import { userfaultfdConstants } from './userfaultfd';

/** All constants; a test asserts that no name occurs twice. */
export const allConstants: readonly Constant[] = [...userfaultfdConstants, ...faultConstants, ...memoryConstants];
