/** `mm-review simulate`: explores scenarios and shows the failing schedule. */
import * as path from 'node:path';
import { disagreement, examine, type Examination } from '../simulator/examine';
import { schedules } from '../simulator/explorer/schedules';
import { replay } from '../simulator/explorer/replay';
import { formatProblem, positionOf } from '../simulator/litmus/problem';
import type { Adversary, Expectation, Scenario } from '../simulator/litmus/scenario';
import { didYouMean } from '../kernel/suggest';
import type { ParserBackend } from '../parser/types';
import { buildDiagram } from '../simulator/present/diagram';
import { renderFix, whatTheFixBlocks } from '../simulator/present/fix';
import { renderHerd } from '../simulator/present/herd';
import { fromJson, toJson, verify } from '../simulator/present/json';
import { renderMermaid } from '../simulator/present/mermaid';
import { toPromela } from '../simulator/present/promela';
import { renderSvg } from '../simulator/present/svg';
import { renderText } from '../simulator/present/text';
import { formatValue } from '../simulator/machine/values';
import { readText } from '../workspace/files';
import { loadScenarios, readScenarioFile, type ScenarioFile, type ScenarioLibrary } from '../workspace/scenarios';
import { shownPath } from './check';
import { toolName, UsageError, type Host } from './host';
import { wrap } from './markdown';

export type SimulateFormat = 'text' | 'json' | 'svg' | 'mermaid' | 'promela';

export interface SimulateArguments {
  readonly files: readonly string[];
  readonly variant: string | undefined;
  /** Names of library threads. */
  readonly adversaries: readonly string[];
  readonly beside: boolean;
  readonly format: SimulateFormat;
  readonly allSchedules: boolean;
  /** A JSON file with a schedule to replay. */
  readonly replay: string | undefined;
}
