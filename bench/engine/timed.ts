import { type Figure, figure, percentile } from '../figures.ts';

/** What people and ticks wait for. */
const LIMIT_MS = 30;

/** The 95th percentile of so many rounds, one after the other, beside the limit. */
export async function timed(name: string, rounds: number, work: (round: number) => Promise<unknown>): Promise<Figure> {
  const times: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const started = performance.now();
    await work(round);
    times.push(performance.now() - started);
  }
  return figure({ name: `${name}, p95`, value: percentile(times, 0.95), unit: 'ms', atMost: LIMIT_MS });
}
