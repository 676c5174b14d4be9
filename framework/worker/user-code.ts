import { Cancelled, type Failure, TimedOut, failureRecord } from '../core/failures.ts';
import { formatDuration, type Millis, seconds } from '../core/duration.ts';
import { later } from '../core/timer.ts';
import type { Outcome } from '../run/outcome.ts';
import { storableOutcome } from './storable.ts';

/** Why a try is told to stop. */
export type StopReason = 'timeout' | 'run_timeout' | 'cancel' | 'fenced' | 'shutdown';

/** How long code may take to heed its signal before the try ends without it. Its late writes are fenced out. */
const GRACE: Millis = seconds(2);

export interface UserCall {
  readonly run: (signal: AbortSignal) => Promise<Outcome>;
  readonly stop: StopSwitch;
  readonly timeoutMs?: Millis;
  readonly what: string;
}

/** Calls task code and sorts what comes back; undefined where the try has no say any more. Never throws. */
export async function callUserCode(call: UserCall): Promise<Outcome | undefined> {
  const { stop, timeoutMs } = call;
  const forgetLimit = timeoutMs === undefined ? undefined : later(timeoutMs, () => stop.stop('timeout'));
  try {
    const outcome = await Promise.race([guarded(call), ignored(stop)]);
    const counts = stop.reason === undefined || outcome?.kind === 'success' ? outcome : stopped(call, stop.reason);
    return counts === undefined ? undefined : storableOutcome(counts, call.what);
  } finally {
    forgetLimit?.();
    stop.done();
  }
}

async function guarded(call: UserCall): Promise<Outcome> {
  try {
    call.stop.signal.throwIfAborted();
    return await call.run(call.stop.signal);
  } catch (error) {
    if (error instanceof Cancelled && error.code === 'E_CANCELLED') return { kind: 'cancelled', reason: error.message };
    return { kind: 'fail', failure: failureRecord(error) };
  }
}

/** Resolves when code has ignored its signal for too long. */
function ignored(stop: StopSwitch): Promise<undefined> {
  return new Promise((resolve) => {
    stop.signal.addEventListener('abort', () => stop.after(GRACE, () => resolve(undefined)), { once: true });
  });
}

function stopped(call: UserCall, reason: StopReason): Outcome | undefined {
  switch (reason) {
    case 'timeout':
      return { kind: 'fail', failure: failureRecord(timedOut(call)) };
    case 'cancel':
      return { kind: 'cancelled', reason: 'cancelled by request' };
    case 'run_timeout':
      return { kind: 'cancelled', reason: 'its run took longer than it may' };
    case 'shutdown':
      return { kind: 'handed_back', reason: 'the worker shuts down' };
    case 'fenced':
      return undefined;
  }
}

function timedOut({ what, timeoutMs }: UserCall): Failure {
  const limit = timeoutMs === undefined ? 'its limit' : formatDuration(timeoutMs);
  return new TimedOut(
    'E_TASK_TIMED_OUT',
    `${what} took longer than ${limit}. Raise its timeout, or find out what it waits for in its log.`,
  );
}

/** An abort signal that remembers why, and the timer that goes with it. */
export class StopSwitch {
  readonly #controller = new AbortController();
  #reason: StopReason | undefined;
  #forget: (() => void) | undefined;

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  get reason(): StopReason | undefined {
    return this.#reason;
  }

  stop(reason: StopReason): void {
    if (this.#reason !== undefined) return;
    this.#reason = reason;
    this.#controller.abort(new Cancelled('E_CANCELLED', `The try is stopped: ${reason}.`));
  }

  after(length: Millis, call: () => void): void {
    this.#forget = later(length, call);
  }

  done(): void {
    this.#forget?.();
  }
}
