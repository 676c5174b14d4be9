import type { Clock } from '#framework';

const WINDOW_MS = 300_000;
const LIMIT = 2000;

/** Counts calls in fixed five minutes, for the headers; the stand-in slows down only when a fault says so. */
export class Burst {
  readonly #clock: Clock;
  #window = 0;
  #calls = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  headers(): Record<string, string> {
    const window = Math.floor(this.#clock.now().epochMilliseconds / WINDOW_MS);
    this.#calls = window === this.#window ? this.#calls + 1 : 1;
    this.#window = window;
    const remaining = Math.max(0, LIMIT - this.#calls);
    return { 'X-VaultAPI-BurstLimit': String(LIMIT), 'X-VaultAPI-BurstLimitRemaining': String(remaining) };
  }
}
