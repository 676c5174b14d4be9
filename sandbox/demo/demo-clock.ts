import { type Clock, type Temporal, acceleratedClock } from '#framework';

/** A simulated time that stands still until it is let go. */
export interface DemoClock extends Clock {
  /** A clock that stands still stands still there. */
  readonly moveTo: (moment: Temporal.Instant) => void;
  /** From now on the clock runs `rate` times as fast as a real one. */
  readonly run: (rate: number) => void;
}

export function demoClock(start: Temporal.Instant): DemoClock {
  let clock: Clock = { now: () => start };
  return {
    now: () => clock.now(),
    moveTo: (moment) => {
      clock = { now: () => moment };
    },
    run: (rate) => {
      clock = acceleratedClock(clock.now(), rate);
    },
  };
}
