import type { Clock, Temporal } from '#framework';

/** A simulated time that stands still until a test moves it. */
export interface SteppedClock extends Clock {
  readonly moveTo: (moment: Temporal.Instant) => void;
}

export function steppedClock(start: Temporal.Instant): SteppedClock {
  let at = start;
  return {
    now: () => at,
    moveTo: (moment) => {
      at = moment;
    },
  };
}
