/** Litmus files on disk: the scenarios that ship, the library of adversaries, and a person's own. */
import * as fs from 'node:fs';
import * as path from 'node:path';
import { readAdversary, readScenario, type Adversary, type Scenario } from '../simulator/litmus/scenario';
import type { Problem } from '../simulator/litmus/problem';
import { describeError } from './files';

export interface ScenarioFile {
  readonly path: string;
  readonly text: string;
  readonly scenario: Scenario | undefined;
  readonly problems: readonly Problem[];
}

/** What ships in `scenarios/`. */
export interface ScenarioLibrary {
  /** In the order of their names. */
  readonly scenarios: readonly ScenarioFile[];
  readonly adversaries: readonly Adversary[];
}

const extension = '.litmus';

/** Reads one file; a failure is a sentence. */
export function readScenarioFile(file: string): ScenarioFile | string {
  let text: string;
  try {
    text = fs.readFileSync(file, 'utf8');
  } catch (error) {
    return describeError(error);
  }
  return { path: file, text, ...readScenario(text) };
}

/**
 * The files of a directory and of its `adversaries`, each kind read when it is first asked for. Files that cannot be read are left out: they ship with
 * us, and a test reads them all.
 */
export function loadScenarios(directory: string): ScenarioLibrary {
  let scenarios: readonly ScenarioFile[] | undefined;
  let adversaries: readonly Adversary[] | undefined;
  return {
    get scenarios() {
      return (scenarios ??= litmusFiles(directory).map(readScenarioFile).filter((file): file is ScenarioFile => typeof file !== 'string'));
    },
    get adversaries() {
      return (adversaries ??= litmusFiles(path.join(directory, 'adversaries')).flatMap((file) => readAdversary(fs.readFileSync(file, 'utf8')).adversary ?? []));
    },
  };
}

/** One of the directory's scenarios, which has the name of its file; undefined when there is none of that name. */
export function loadScenario(directory: string, name: string): ScenarioFile | undefined {
  if (!/^[\w-]+$/.test(name)) return undefined;
  const file = readScenarioFile(path.join(directory, `${name}${extension}`));
  return typeof file !== 'string' && file.scenario?.name === name ? file : undefined;
}

function litmusFiles(directory: string): string[] {
  try {
    return fs.readdirSync(directory).filter((name) => name.endsWith(extension)).sort().map((name) => path.join(directory, name));
  } catch {
    return [];
  }
}
