import type { Millis } from '#framework';

import { type Figure, figure, slope } from '../figures.ts';

const MB = 2 ** 20;
const HOUR_MS = 3_600_000;

interface Sample {
  readonly at: number;
  readonly rss: number;
  readonly heap: number;
}

/** Samples the memory of this process from now on. */
export class MemoryWatch {
  readonly #samples: Sample[] = [];
  readonly #timer: NodeJS.Timeout;

  constructor(every: Millis) {
    this.#timer = setInterval(() => this.#sample(), every);
  }

  #sample(): void {
    const { rss, heapUsed } = process.memoryUsage();
    this.#samples.push({ at: performance.now(), rss: rss / MB, heap: heapUsed / MB });
  }

  close(): void {
    clearInterval(this.#timer);
  }

  /** The slopes so far. The first part, between 0 and 1, is warm-up and left out. */
  figures(name: string, warmUp: number): Figure[] {
    const rest = this.#samples.slice(Math.floor(this.#samples.length * warmUp));
    const last = rest.at(-1);
    const perHour = (of: (sample: Sample) => number): number =>
      slope(rest.map((sample) => [sample.at, of(sample)])) * HOUR_MS;
    return [
      figure({ name: `${name}, resident memory`, value: perHour(({ rss }) => rss), unit: 'MB/hour' }),
      figure({ name: `${name}, heap`, value: perHour(({ heap }) => heap), unit: 'MB/hour' }),
      figure({ name: `${name}, resident memory at the end`, value: last?.rss ?? Number.NaN, unit: 'MB' }),
    ];
  }
}
