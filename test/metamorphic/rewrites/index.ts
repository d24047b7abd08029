/** All rewrites. */
import { branchRewrites } from './branches';
import { conditionRewrites } from './conditions';
import { exitRewrites } from './exits';
import { expressionRewrites } from './expressions';
import { functionRewrites } from './functions';
import { loopRewrites } from './loops';
import type { Rewrite } from './rewrite';
import { variableRewrites } from './variables';

export const rewrites: readonly Rewrite[] = [...conditionRewrites, ...branchRewrites, ...loopRewrites, ...variableRewrites, ...expressionRewrites, ...exitRewrites, ...functionRewrites];
