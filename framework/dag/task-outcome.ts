import { DataFailure, DefinitionFailure } from '../core/failures.ts';
import type { Json } from '../core/json.ts';
import { Temporal } from '../core/time.ts';

/** How an attempt ended without failing. A failed attempt throws. */
export type TaskOutcome =
  | { readonly kind: 'success'; readonly output: Json; readonly chooses?: Choice }
  | { readonly kind: 'skip'; readonly reason: string }
  | { readonly kind: 'defer'; readonly until: Temporal.Instant; readonly reason: string };

/** What a successful task says of the tasks after it: only some of those that come directly after it, or none at all. */
export type Choice =
  | { readonly kind: 'only'; readonly tasks: readonly string[] }
  | { readonly kind: 'stop'; readonly rules: 'ignore' | 'respect'; readonly reason: string };

// A symbol, so that a task's own output such as `{ kind: 'skip' }` can never be taken for an outcome.
const MARK = Symbol('windrow outcome');

/** Made by `skip`: there is nothing to do, and that is fine. */
export interface Skipped {
  readonly [MARK]: 'skip';
  readonly reason: string;
}

/** Made by `defer`: the task is started again at `until`; no slot is held and no retry is counted meanwhile. */
export interface Deferred {
  readonly [MARK]: 'defer';
  readonly until: Temporal.Instant;
  readonly reason: string;
}

/** Made by `choose`: the task succeeds, and of the tasks directly after it only these run. They are its output, too. */
export interface Chosen {
  readonly [MARK]: 'choose';
  readonly tasks: readonly string[];
}

/** Made by `stop`: the task succeeds without a value, and nothing follows. */
export interface Stopped {
  readonly [MARK]: 'stop';
  readonly reason: string;
  readonly rules: 'ignore' | 'respect';
}

/** A task's output is kept in the database and copied to every reader: pass references to data, never data. */
export const MAX_OUTPUT_BYTES = 64 * 1024;

const MAX_REASON = 500;

/** Ends the task as skipped. What follows decides by its trigger rule. */
export function skip(reason: string): Skipped {
  return { [MARK]: 'skip', reason: reason.slice(0, MAX_REASON) };
}

/**
 * Ends the task as a success after which only these of the tasks directly after it run; with no name, none of them. The
 * others are skipped, what follows decides by its trigger rule, and teardowns run. Names are ids as in `d.use`.
 */
export function choose(...tasks: readonly string[]): Chosen {
  return { [MARK]: 'choose', tasks };
}

/**
 * Ends the task as a success after which nothing runs but teardowns, whatever the trigger rules. With `rules: 'respect'`
 * only the tasks directly after it are skipped, and rules decide the rest.
 */
export function stop(reason: string, { rules = 'ignore' }: { readonly rules?: 'ignore' | 'respect' } = {}): Stopped {
  return { [MARK]: 'stop', reason: reason.slice(0, MAX_REASON), rules };
}

/**
 * Asks to be started again at a moment. Not counted as an attempt.
 * @throws DefinitionFailure `E_DEFER_UNREADABLE` when `until` is text that is not an instant such as `2026-01-20T13:30Z`
 */
export function defer(until: Temporal.Instant | string, reason: string): Deferred {
  return { [MARK]: 'defer', until: instantOf(until), reason: reason.slice(0, MAX_REASON) };
}

/**
 * Sorts what a task function returned. No value (`undefined`) is stored as `null`.
 * @throws DataFailure `E_TASK_OUTPUT_NOT_JSON`, `E_TASK_OUTPUT_TOO_LARGE`
 */
export function outcomeOf(taskId: string, returned: unknown): TaskOutcome {
  if (isSkipped(returned)) return { kind: 'skip', reason: returned.reason };
  if (isDeferred(returned)) return { kind: 'defer', until: returned.until, reason: returned.reason };
  if (isStopped(returned)) {
    return { kind: 'success', output: null, chooses: { kind: 'stop', rules: returned.rules, reason: returned.reason } };
  }
  if (isChosen(returned)) {
    const tasks = [...new Set(returned.tasks)];
    return { kind: 'success', output: tasks, chooses: { kind: 'only', tasks } };
  }
  return { kind: 'success', output: storedOutput(taskId, returned ?? null) };
}

function storedOutput(taskId: string, returned: unknown): Json {
  const text = jsonText(taskId, returned);
  const bytes = Buffer.byteLength(text);
  if (bytes > MAX_OUTPUT_BYTES) {
    throw new DataFailure(
      'E_TASK_OUTPUT_TOO_LARGE',
      `Task "${taskId}" returned ${bytes} bytes; at most ${MAX_OUTPUT_BYTES} are kept. Store the data and return where it lies.`,
      { details: { bytes, limit: MAX_OUTPUT_BYTES } },
    );
  }
  return parsed(text);
}

function isSkipped(value: unknown): value is Skipped {
  return typeof value === 'object' && value !== null && MARK in value && value[MARK] === 'skip';
}

function isDeferred(value: unknown): value is Deferred {
  return typeof value === 'object' && value !== null && MARK in value && value[MARK] === 'defer';
}

function isChosen(value: unknown): value is Chosen {
  return typeof value === 'object' && value !== null && MARK in value && value[MARK] === 'choose';
}

function isStopped(value: unknown): value is Stopped {
  return typeof value === 'object' && value !== null && MARK in value && value[MARK] === 'stop';
}

function instantOf(until: Temporal.Instant | string): Temporal.Instant {
  try {
    return typeof until === 'string' ? Temporal.Instant.from(until) : until;
  } catch (cause) {
    throw new DefinitionFailure(
      'E_DEFER_UNREADABLE',
      `Cannot defer until "${String(until)}". Expected an instant with a zone, such as 2026-01-20T13:30Z.`,
      { cause },
    );
  }
}

function jsonText(taskId: string, value: unknown): string {
  try {
    const text: string | undefined = JSON.stringify(value);
    if (text !== undefined) return text;
    throw new TypeError(`a ${typeof value} has no JSON form`);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new DataFailure(
      'E_TASK_OUTPUT_NOT_JSON',
      `Task "${taskId}" returned a value that cannot be stored as JSON: ${why}. Return plain objects, lists, text, numbers, booleans or null.`,
      { cause },
    );
  }
}

// The round trip makes what is stored and what a reader in the same process sees the same value.
function parsed(text: string): Json {
  const value: Json = JSON.parse(text);
  return value;
}
