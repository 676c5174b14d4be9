import type { Brand } from './brand.ts';
import { DefinitionFailure } from './failures.ts';

export type DagId = Brand<string, 'DagId'>;
export type TaskId = Brand<string, 'TaskId'>;
export type SensorId = Brand<string, 'SensorId'>;
/** Identity of one execution of a dag, a `bigint` column held as a JavaScript integer. */
export type RunId = Brand<number, 'RunId'>;
/** Identity of one row of `pipeline_records`, a `bigint` column held as a JavaScript integer. */
export type RecordId = Brand<number, 'RecordId'>;

const NAME = /^[a-z][a-z0-9_]{0,62}$/;

/** @throws DefinitionFailure `E_NAME_UNUSABLE` unless lower-case letters, digits and `_`, starting with a letter, at most 63. */
export function dagId(text: string): DagId {
  return named(text, 'Dag id') as DagId;
}

/** @throws DefinitionFailure `E_NAME_UNUSABLE` as `dagId`. */
export function taskId(text: string): TaskId {
  return named(text, 'Task id') as TaskId;
}

/** @throws DefinitionFailure `E_NAME_UNUSABLE` as `dagId`. */
export function sensorId(text: string): SensorId {
  return named(text, 'Sensor id') as SensorId;
}

/** @throws DefinitionFailure `E_NAME_UNUSABLE` as `dagId`. */
export function groupName(text: string): string {
  return named(text, 'Group id');
}

/** For values read from the database or already validated by a schema. */
export function runId(value: number): RunId {
  return value as RunId;
}

/** For values read from the database or already validated by a schema. */
export function recordId(value: number): RecordId {
  return value as RecordId;
}

function named(text: string, what: string): string {
  if (NAME.test(text) && !text.includes('__')) return text;
  throw new DefinitionFailure(
    'E_NAME_UNUSABLE',
    `${what} "${text}" cannot be used: expected lower-case letters, digits and single underscores, starting with a letter, ` +
      `at most 63 characters. Rename it, for example "${suggestion(text)}".`,
  );
}

function suggestion(text: string): string {
  const cleaned = text
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '_')
    .replace(/^[^a-z]+/, '')
    .replace(/_+$/, '');
  return cleaned.slice(0, 63) || 'my_dag';
}
