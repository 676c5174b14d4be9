import { randomInt } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';

import type { Clock } from '../core/clock.ts';
import type { Environment } from '../core/environment.ts';
import { ConfigFailure } from '../core/failures.ts';
import type { Log } from '../core/log.ts';
import type { SettingSources } from '../core/settings.ts';
import type { Project } from '../dag/project.ts';
import type { Learning } from '../store/register-project.ts';
import { type Settings, readEngineSettings } from './settings.ts';
import { type Windrow, openWindrow } from './windrow.ts';

export interface InstallationOptions {
  readonly project: Project;
  readonly environment: Environment;
  readonly clock: Clock;
  readonly log: Log;
  /** What `WINDROW_HOME` and the paths of settings files are relative to. Default: the working directory. */
  readonly directory?: string;
  /** For jitter; in [0, 1). */
  readonly random?: () => number;
  /** What the database learns of the project. Default: all of it. */
  readonly learning?: Learning;
  /** Who does what is done by it, for the audit log. Default: those whom it serves. */
  readonly deedsFrom?: 'cli' | 'server';
}

/**
 * Opens a project with the settings of an environment: what every `windrow` command does first.
 * @throws ConfigFailure `E_SETTINGS` naming every mistake
 */
export async function openInstallation(options: InstallationOptions): Promise<Windrow> {
  const {
    project,
    environment,
    directory = process.cwd(),
    clock,
    log,
    random = anyFraction,
    learning = 'all',
    deedsFrom = 'server',
  } = options;
  const sources = settingSources(environment, directory);
  const settings = engineSettings(sources, directory);
  return openWindrow({ project, settings, sources, clock, log, random, learning, deedsFrom });
}

/** The environment, and files as they lie on this machine. */
export function settingSources(environment: Environment, directory: string): SettingSources {
  return { environment, readFile: (path) => readFile(resolve(directory, path)) };
}

/** @throws ConfigFailure `E_SETTINGS` naming every mistake */
export function engineSettings(sources: SettingSources, directory: string): Settings {
  const reading = readEngineSettings(sources);
  if (reading.kind === 'read') return { ...reading.settings, home: resolve(directory, reading.settings.home) };
  throw new ConfigFailure(
    'E_SETTINGS',
    `Windrow cannot start with these settings:\n${reading.problems.map((problem) => `  - ${problem}`).join('\n')}\n` +
      'Correct them and check with "windrow config check".',
    { problems: reading.problems },
  );
}

const FRACTIONS = 2 ** 32;

function anyFraction(): number {
  return randomInt(FRACTIONS) / FRACTIONS;
}

function readFile(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}
