import { Temporal } from './time.ts';

/** The source of "now". An argument everywhere, so that tests and the sandbox can move time. */
export interface Clock {
  readonly now: () => Temporal.Instant;
}

export const systemClock: Clock = { now: () => Temporal.Now.instant() };

/** A clock that reads `from` when made and runs `rate` times as fast as the system clock. */
export function acceleratedClock(from: Temporal.Instant, rate: number): Clock {
  const started = Temporal.Now.instant().epochMilliseconds;
  return {
    now: () => from.add({ milliseconds: Math.round((Temporal.Now.instant().epochMilliseconds - started) * rate) }),
  };
}
