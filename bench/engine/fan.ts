import { closeAll, dag, task } from '#framework';

import { type Figure, figure, median } from '../figures.ts';
import { openBenchInstallation } from './installation.ts';
import { createRuns, runAll } from './runs.ts';
import type { Servers } from './servers.ts';

const DAG = 'fan';
const MOST_SECONDS = 3;

/** A task, so many after it side by side, and one that joins them, on Redis. The first round only warms up. */
export async function fanFigures(servers: Servers, width: number, rounds: number): Promise<Figure[]> {
  let [worked, joined] = [0, 0];
  const wide = task('wide', { run: async () => void (worked += 1) });
  const join = task('join', { run: async () => void (joined += 1) });
  const fan = dag(DAG, {}, (d) => {
    const out = d.use('out', wide);
    d.use('join', join, { after: Array.from({ length: width }, (_, n) => d.use(`wide_${n}`, wide, { after: [out] })) });
  });
  const { windrow, ...installation } = await openBenchInstallation(fan, 'redis', { servers });
  const times: number[] = [];
  try {
    for (let round = 0; round <= rounds; round += 1) {
      [worked, joined] = [0, 0];
      await createRuns(windrow, DAG, 1);
      const seconds = await runAll(windrow, DAG);
      if (worked !== width + 1 || joined !== 1) throw new Error(`${worked} tasks and ${joined} joins ran.`);
      if (round > 0) times.push(seconds);
    }
  } finally {
    await closeAll([installation]);
  }
  return [figure({ name: `fan-out to ${width} and fan-in`, value: median(times), unit: 's', atMost: MOST_SECONDS })];
}
