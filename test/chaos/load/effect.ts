import { setTimeout as rest } from 'node:timers/promises';

import { Cancelled, DataFailure, type TaskContext, type Temporal, seconds } from '#framework';

import type { Target } from '../target.ts';
import { expectationOf, isBroken } from './expectations.ts';

export interface LoadOptions {
  readonly start: Temporal.Instant;
  readonly target: Target;
}

/** An outage of the target is a failure of a try, so there must be enough of them. */
export const PATIENT = { retries: 30, delayMs: seconds(0.5), factor: 1.5, maxDelayMs: seconds(3) };

export interface EffectName {
  /** Of the window, or of the item. */
  readonly start: string;
  readonly taskId: string;
}

/** Leaves the effect of a task in the target, under its fence, after some time. */
export async function leaveEffect(
  target: Target,
  { dagId, runId, fence, signal }: TaskContext,
  { start, taskId }: EffectName,
): Promise<void> {
  await takeTime(fence, signal);
  const isHeld = expectationOf(dagId).isCancelled === true;
  const loadId = `${runId} ${taskId}`;
  const outcome = await target.load({ dagId, taskId, windowStart: start, fence, loadId, isHeld });
  if (outcome === 'fenced') throw fenced(`${dagId} ${start} ${taskId}`);
}

/** Long enough that a process is struck in the middle of its work; the same for the same fence. */
export async function takeTime(fence: number, signal: AbortSignal): Promise<void> {
  await rest(50 + ((fence * 137) % 500), undefined, { signal });
}

export function fenced(what: string): Cancelled {
  return new Cancelled('E_FENCED', `A newer try of ${what} was here already, or it was cancelled.`);
}

/**
 * Fails for good in a window that is broken, until somebody has mended it.
 * @throws DataFailure `E_ON_PURPOSE`
 */
export async function stumble(target: Target, dagId: string, start: Temporal.Instant): Promise<void> {
  if (!isBroken(expectationOf(dagId), start.epochMilliseconds)) return;
  if (await target.isMended(dagId, start.toString())) return;
  throw new DataFailure('E_ON_PURPOSE', `${dagId} ${start.toString()} is meant to fail until it is mended.`);
}
