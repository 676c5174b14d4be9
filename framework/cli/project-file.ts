import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

import { z } from 'zod';

import { ConfigFailure, Failure } from '../core/failures.ts';
import type { Project } from '../dag/project.ts';
import type { StartDashboard } from '../process/dashboard.ts';
import type { Prepare } from '../process/preparation.ts';
import type { AddVerbs } from './project-verbs.ts';

/** The field `windrow` of package.json. Every path is relative to that file. */
export interface ProjectFile {
  readonly directory: string;
  /** The module that exports `project`. */
  readonly project: string;
  /** Modules that export `addVerbs(program)` and so extend the command line. */
  readonly verbs: readonly string[];
  /** The module that exports `startDashboard`. */
  readonly dashboard: string | undefined;
  /** The module that exports `prepare`. */
  readonly prepare: string | undefined;
}

const Field = z.strictObject({
  project: z.string(),
  verbs: z.array(z.string()).default([]),
  dashboard: z.string().optional(),
  prepare: z.string().optional(),
});

/**
 * Reads the nearest package.json, from `folder` upwards.
 * @throws ConfigFailure `E_PROJECT_NOT_FOUND`, `E_PROJECT_FIELD`
 */
export function readProjectFile(folder: string): ProjectFile {
  const path = nearestPackage(resolve(folder));
  if (path === undefined) throw noProject(`There is no package.json in ${resolve(folder)} or above`);
  const field = windrowField(path);
  if (field === undefined) throw noProject(`${path} has no field "windrow"`);
  const parsed = Field.safeParse(field);
  if (!parsed.success) {
    throw new ConfigFailure(
      'E_PROJECT_FIELD',
      `The field "windrow" of ${path} cannot be used: ${z.prettifyError(parsed.error)}. Expected ${EXAMPLE}.`,
    );
  }
  const { project, verbs, dashboard, prepare } = parsed.data;
  return { directory: dirname(path), project, verbs, dashboard, prepare };
}

/** The folder that holds the project, or where we stand when there is none. */
export function projectDirectory(folder: string): string {
  const path = nearestPackage(resolve(folder));
  return path === undefined ? resolve(folder) : dirname(path);
}

/** @throws ConfigFailure `E_PROJECT_MODULE`; DefinitionFailure as the project's own files throw it */
export async function loadProject(file: ProjectFile): Promise<Project> {
  return exported(file, {
    module: file.project,
    name: 'project',
    check: isProject,
    expected: 'a value made by defineProject',
  });
}

/** @throws ConfigFailure `E_PROJECT_MODULE` */
export async function loadVerbs(file: ProjectFile): Promise<readonly AddVerbs[]> {
  const expected = 'a function (program: Command, shell: ProjectShell) => void';
  return Promise.all(
    file.verbs.map((module) => exported(file, { module, name: 'addVerbs', check: isAddVerbs, expected })),
  );
}

/** @throws ConfigFailure `E_PROJECT_MODULE` */
export async function loadDashboard({ dashboard, ...file }: ProjectFile): Promise<StartDashboard | undefined> {
  if (dashboard === undefined) return undefined;
  const expected = 'a function (windrow, options) => Promise<Dashboard>';
  return exported(file, { module: dashboard, name: 'startDashboard', check: isStartDashboard, expected });
}

/** @throws ConfigFailure `E_PROJECT_MODULE` */
export async function loadPrepare({ prepare, ...file }: ProjectFile): Promise<Prepare | undefined> {
  if (prepare === undefined) return undefined;
  const expected = 'a function (environment) => Promise<Prepared | undefined>';
  return exported(file, { module: prepare, name: 'prepare', check: isPrepare, expected });
}

interface Wanted<T> {
  readonly module: string;
  readonly name: string;
  readonly check: (value: unknown) => value is T;
  readonly expected: string;
}

async function exported<T>({ directory }: Pick<ProjectFile, 'directory'>, wanted: Wanted<T>): Promise<T> {
  const path = resolve(directory, wanted.module);
  const named = `${join(directory, 'package.json')} names ${wanted.module}`;
  if (!existsSync(path))
    throw new ConfigFailure('E_PROJECT_MODULE', `${named}, but there is no such file. Correct the path.`);
  const module = await imported(path);
  const value = module[wanted.name];
  if (wanted.check(value)) return value;
  throw new ConfigFailure('E_PROJECT_MODULE', `${named}, which must export "${wanted.name}": ${wanted.expected}.`);
}

async function imported(path: string): Promise<Readonly<Record<string, unknown>>> {
  try {
    return z.record(z.string(), z.unknown()).parse({ ...(await import(pathToFileURL(path).href)) });
  } catch (cause) {
    if (cause instanceof Failure) throw cause;
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new ConfigFailure(
      'E_PROJECT_MODULE',
      `${path} cannot be loaded: ${why}. Correct that file; --debug shows where.`,
      { cause },
    );
  }
}

function isProject(value: unknown): value is Project {
  return (
    typeof value === 'object' && value !== null && 'dags' in value && Array.isArray(value.dags) && value.dags.length > 0
  );
}

function isAddVerbs(value: unknown): value is AddVerbs {
  return typeof value === 'function';
}

function isStartDashboard(value: unknown): value is StartDashboard {
  return typeof value === 'function';
}

function isPrepare(value: unknown): value is Prepare {
  return typeof value === 'function';
}

const EXAMPLE = '{ "windrow": { "project": "./dags/project.ts" } }';

function noProject(what: string): ConfigFailure {
  return new ConfigFailure(
    'E_PROJECT_NOT_FOUND',
    `${what}. Run windrow in the folder of a project whose package.json holds ${EXAMPLE}.`,
  );
}

function nearestPackage(folder: string): string | undefined {
  const path = join(folder, 'package.json');
  if (existsSync(path)) return path;
  return dirname(folder) === folder ? undefined : nearestPackage(dirname(folder));
}

function windrowField(path: string): unknown {
  try {
    const content: unknown = JSON.parse(readFileSync(path, 'utf8'));
    return typeof content === 'object' && content !== null && 'windrow' in content ? content.windrow : undefined;
  } catch (cause) {
    throw new ConfigFailure('E_PROJECT_FIELD', `${path} is not JSON. Correct it.`, { cause });
  }
}
