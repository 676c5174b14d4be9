import { type Clock, Temporal } from '#framework';

/** A clock that stands still until it is set. */
export class TestClock implements Clock {
  #now: Temporal.Instant;

  constructor(now: string) {
    this.#now = Temporal.Instant.from(now);
  }

  set(now: string): void {
    this.#now = Temporal.Instant.from(now);
  }

  readonly now = (): Temporal.Instant => this.#now;
}
