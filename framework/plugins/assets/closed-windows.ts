import { Temporal } from '#framework';

import { closedWindowKeys } from './partition-key.ts';
import type { WindowPartitions } from './partitions.ts';

/** The keys of the windows that have closed, made once and only added to: 100,000 hours as clocks show them take seconds. */
export class ClosedWindows {
  readonly #cut: WindowPartitions;
  #keys: string[] = [];
  /** Where the first window begins that is not among them. */
  #until: Temporal.Instant;
  #now: Temporal.Instant;

  constructor(cut: WindowPartitions) {
    this.#cut = cut;
    this.#until = cut.start;
    this.#now = cut.start;
  }

  /** Oldest first. */
  keys(now: Temporal.Instant): readonly string[] {
    if (Temporal.Instant.compare(now, this.#now) < 0)
      return [...closedWindowKeys(this.#cut, now)].map(({ key }) => key);
    for (const { key, end } of closedWindowKeys({ ...this.#cut, start: this.#until }, now)) {
      this.#keys.push(key);
      this.#until = end();
    }
    this.#now = now;
    return this.#keys;
  }
}
