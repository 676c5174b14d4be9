import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

import type { Millis } from '#framework';
import { z } from 'zod';

import { type Figure, figure, slope } from '../figures.ts';

const MB = 2 ** 20;
const HOUR_MS = 3_600_000;

/** In MB. */
export interface Memory {
  /** What the system gave this process. */
  readonly resident: number;
  /** What is left of the heap behind a full collection: only this tells whether something is kept that nobody needs. */
  readonly heap: number;
}

/** Gives a function that collects all garbage of this process, which takes some 50 ms, and measures. */
export function memoryMeter(): () => Memory {
  setFlagsFromString('--expose-gc');
  const collect = z.function({ input: [], output: z.void() }).parse(runInNewContext('gc'));
  return () => {
    const { rss } = process.memoryUsage();
    collect();
    return { resident: rss / MB, heap: process.memoryUsage().heapUsed / MB };
  };
}

/** Samples the memory of this process from now on. */
export class MemoryWatch {
  readonly #samples: (Memory & { readonly at: number })[] = [];
  readonly #timer: NodeJS.Timeout;

  constructor(every: Millis) {
    const measure = memoryMeter();
    this.#timer = setInterval(() => this.#samples.push({ at: performance.now(), ...measure() }), every);
  }

  close(): void {
    clearInterval(this.#timer);
  }

  /** The slopes so far, beside how much may come on top in an hour. The first part, between 0 and 1, is warm-up and left out. */
  figures(name: string, warmUp: number, limits: Memory): Figure[] {
    const rest = this.#samples.slice(Math.floor(this.#samples.length * warmUp));
    const perHour = (of: keyof Memory): number => slope(rest.map((sample) => [sample.at, sample[of]])) * HOUR_MS;
    const last = rest.at(-1);
    return [
      slopeFigure(`${name}, heap behind a collection`, perHour('heap'), limits.heap),
      slopeFigure(`${name}, resident memory`, perHour('resident'), limits.resident),
      figure({ name: `${name}, heap at the end`, value: last?.heap ?? Number.NaN, unit: 'MB' }),
      figure({ name: `${name}, resident memory at the end`, value: last?.resident ?? Number.NaN, unit: 'MB' }),
    ];
  }
}

function slopeFigure(name: string, value: number, atMost: number): Figure {
  return figure({ name, value, unit: 'MB/hour', atMost });
}
