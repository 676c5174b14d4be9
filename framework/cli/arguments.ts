import { InvalidArgumentError } from 'commander';
import { z } from 'zod';

import type { Json } from '../core/json.ts';
import { isStorableMoment } from '../core/storable-moment.ts';
import { Temporal } from '../core/time.ts';
import { type Window, windowText } from '../core/window.ts';
import type { Moment } from '../record/backfill-plan.ts';
import { PHASES, type Phase, findPhase } from '../record/phase.ts';

/** Parsers of what stands on the command line; each says what it expects. */

const EXAMPLE = '2026-01-20T13:15Z..2026-01-20T13:30Z';

export function windowArgument(text: string): Window {
  const [start, end, ...rest] = text.split('..');
  if (start === undefined || end === undefined || rest.length > 0) {
    throw new InvalidArgumentError(`Expected START..END, for example ${EXAMPLE}.`);
  }
  const window = { start: instant(start), end: instant(end), zone: 'UTC' };
  if (Temporal.Instant.compare(window.start, window.end) < 0) return window;
  throw new InvalidArgumentError(
    `${windowText(window)} ends before it begins, or is empty. Expected START..END, for example ${EXAMPLE}.`,
  );
}

function instant(text: string): Temporal.Instant {
  const moment = readInstant(text);
  if (isStorableMoment(moment)) return moment;
  throw new InvalidArgumentError(
    `"${text}" cannot be kept. Expected a moment of the years 1 to 9999, before 9999-12-31.`,
  );
}

function readInstant(text: string): Temporal.Instant {
  try {
    return Temporal.Instant.from(text);
  } catch {
    throw new InvalidArgumentError(
      `"${text}" is not a moment with a zone. Expected for example 2026-01-20T13:15Z or 2026-01-20T08:15-05:00.`,
    );
  }
}

export function idArgument(text: string): number {
  const id = Number(text);
  if (/^\d+$/.test(text) && Number.isSafeInteger(id) && id > 0) return id;
  throw new InvalidArgumentError('Expected a whole number above zero, as the lists print it.');
}

/** Of a window in its backfill. */
export function positionArgument(text: string): number {
  const position = Number(text);
  if (/^\d+$/.test(text) && Number.isSafeInteger(position)) return position;
  throw new InvalidArgumentError('Expected a whole number from 0 on, as backfill show prints it.');
}

/** A task of a run, or one instance of a mapped task. */
export interface TaskName {
  readonly taskId: string;
  readonly instance?: number;
}

/** `load`, or `load[3]`. */
export function taskArgument(text: string): TaskName {
  const [, taskId, instance] = /^(.+)\[(\d+)\]$/.exec(text) ?? [];
  return taskId === undefined ? { taskId: text } : { taskId, instance: Number(instance) };
}

const DATE = /^\d{4}-\d{2}-\d{2}$/;

/** A moment, or a date whose midnight somebody else's zone decides. */
export function momentArgument(text: string): Moment {
  if (!DATE.test(text)) return instant(text);
  try {
    return Temporal.PlainDate.from(text);
  } catch {
    throw new InvalidArgumentError(`"${text}" is not a day of the calendar. Expected for example 2026-01-20.`);
  }
}

/** `name=value`, added to those before it: a value that reads as JSON is JSON, any other is text. */
export function paramArgument(text: string, before: Readonly<Record<string, Json>>): Readonly<Record<string, Json>> {
  const at = text.indexOf('=');
  if (at < 1) throw new InvalidArgumentError('Expected NAME=VALUE, for example full=true.');
  const value = text.slice(at + 1);
  const parsed = z.json().safeParse(json(value));
  return { ...before, [text.slice(0, at)]: parsed.success ? parsed.data : value };
}

export function limitArgument(text: string): number {
  const limit = Number(text);
  if (/^\d+$/.test(text) && limit >= 1 && limit <= 10_000) return limit;
  throw new InvalidArgumentError('Expected a whole number from 1 to 10000.');
}

export function phaseArgument(text: string): Phase {
  const phase = findPhase(text);
  if (phase !== undefined) return phase;
  throw new InvalidArgumentError(`Expected one of ${PHASES.join(', ')}.`);
}

export function reasonArgument(text: string): string {
  const reason = text.trim();
  if (reason !== '') return reason;
  throw new InvalidArgumentError('Expected a text that says why.');
}

const Params = z.record(z.string(), z.json());

export function paramsArgument(text: string): Readonly<Record<string, Json>> {
  const parsed = Params.safeParse(json(text));
  if (parsed.success) return parsed.data;
  throw new InvalidArgumentError(`Expected a JSON object, for example '{"full": true}'.`);
}

export function jsonArgument(text: string): Json {
  const parsed = z.json().safeParse(json(text));
  if (parsed.success) return parsed.data;
  throw new InvalidArgumentError(`Expected JSON, for example '"2026-01-20"' or '{"page": 3}'.`);
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
