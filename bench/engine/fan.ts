import { type Dag, type TaskContext, closeAll, dag, task } from '#framework';

import { type Figure, figure, median } from '../figures.ts';
import { openBenchInstallation } from './installation.ts';
import { createRuns, runAll } from './runs.ts';
import type { Servers } from './servers.ts';

const MOST_SECONDS = 3;

/** A task, so many after it side by side, and one that joins them, on Redis: written in code, and mapped over a list. */
export async function fanFigures(servers: Servers, width: number, rounds: number): Promise<Figure[]> {
  return [
    await timed({ servers, rounds, ...fanned(width) }, `fan-out to ${width} tasks and fan-in`),
    await timed({ servers, rounds, ...mapped(width) }, `fan-out to ${width} mapped instances and fan-in`),
  ];
}

interface Fan {
  readonly fan: Dag;
  /** Throws where this round ran anything but what it should have run; then begins to count anew. */
  readonly check: () => void;
}

interface Timing extends Fan {
  readonly servers: Servers;
  readonly rounds: number;
}

async function timed({ servers, rounds, fan, check }: Timing, name: string): Promise<Figure> {
  const { windrow, ...installation } = await openBenchInstallation(fan, 'redis', { servers });
  const times: number[] = [];
  try {
    // The first round only warms up.
    for (let round = 0; round <= rounds; round += 1) {
      await createRuns(windrow, fan.id, 1);
      const seconds = await runAll(windrow, fan.id);
      check();
      if (round > 0) times.push(seconds);
    }
  } finally {
    await closeAll([installation]);
  }
  return figure({ name, value: median(times), unit: 's', atMost: MOST_SECONDS });
}

function fanned(width: number): Fan {
  let [worked, joined] = [0, 0];
  const wide = task('wide', { run: async () => void (worked += 1) });
  const join = task('join', { run: async () => void (joined += 1) });
  const fan = dag('fan', {}, (d) => {
    const out = d.use('out', wide);
    d.use('join', join, { after: Array.from({ length: width }, (_, n) => d.use(`wide_${n}`, wide, { after: [out] })) });
  });
  const check = (): void => {
    if (worked !== width + 1 || joined !== 1) throw new Error(`${worked} tasks and ${joined} joins ran.`);
    [worked, joined] = [0, 0];
  };
  return { fan, check };
}

function mapped(width: number): Fan {
  const sums: number[] = [];
  const list = task('list', { run: async () => Array.from({ length: width }, (_, n) => n) });
  const wide = task('wide', { run: async ({ input }: TaskContext<{ n: number }>) => input.n });
  const join = task('join', {
    run: async ({ input }: TaskContext<{ all: readonly number[] }>) => {
      sums.push(input.all.reduce((sum, n) => sum + n, 0));
    },
  });
  const fan = dag('mapped_fan', {}, (d) => {
    const numbers = d.use('list', list);
    d.use('join', join, { all: d.use('wide', wide.map({ n: numbers })) });
  });
  const check = (): void => {
    const found = sums.splice(0);
    if (found.join() !== String((width * (width - 1)) / 2)) throw new Error(`The joins got the sums ${found.join()}.`);
  };
  return { fan, check };
}
