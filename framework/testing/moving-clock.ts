import type { Clock } from '../core/clock.ts';
import { Temporal } from '../core/time.ts';

/** Stands still until waiting moves it on; never goes back. */
export class MovingClock implements Clock {
  #now: Temporal.Instant;

  constructor(now: Temporal.Instant) {
    this.#now = now;
  }

  readonly now = (): Temporal.Instant => this.#now;

  waitUntil(moment: Temporal.Instant): void {
    if (Temporal.Instant.compare(moment, this.#now) > 0) this.#now = moment;
  }
}
