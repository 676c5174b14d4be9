import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';

import { seconds } from '#framework';

import { chainDag } from './engine/chain.ts';
import { BACKENDS, type BackendName, openBenchInstallation } from './engine/installation.ts';
import { MemoryWatch } from './engine/memory.ts';
import { createRuns } from './engine/runs.ts';
import { type Servers, openServers } from './engine/servers.ts';
import { ENGINE_PACKAGES, type Figure, figure, print } from './figures.ts';

const DAG = 'soak_chain';
const TASKS = 6;
const WARM_UP = 0.3;
const SAMPLE = seconds(10);
/**
 * In half an hour the heap behind a collection stays within 0.3 MB. At 10 runs a second this limit is 150 bytes kept for each run.
 * Resident memory moves in steps of 10 MB, as V8 takes and gives back pages: 8 MB an hour were measured.
 */
const LIMITS = { heap: 5, resident: 30 };

/** `--minutes 30 --backend redis --rate 10`: so many runs of six tasks a second, and what that does to memory. */
export async function run(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      minutes: { type: 'string', default: '30' },
      backend: { type: 'string', default: 'redis' },
      rate: { type: 'string', default: '10' },
    },
  });
  const backend = BACKENDS.find((name) => name === values.backend);
  if (backend === undefined) throw new Error(`There is no backend "${values.backend}". Use ${BACKENDS.join(' or ')}.`);
  const servers = await openServers();
  try {
    const load = { backend, minutes: Number(values.minutes), rate: Number(values.rate) };
    await print(ENGINE_PACKAGES, await soakFigures(servers, load));
  } finally {
    await servers.close();
  }
}

interface Load {
  readonly backend: BackendName;
  readonly minutes: number;
  readonly rate: number;
}

async function soakFigures(servers: Servers, { backend, minutes, rate }: Load): Promise<Figure[]> {
  let worked = 0;
  const chain = chainDag(DAG, TASKS, () => {
    worked += 1;
  });
  const { windrow, close } = await openBenchInstallation(chain, backend, { servers });
  const memory = new MemoryWatch(SAMPLE);
  try {
    const started = performance.now();
    const runs = Math.round(minutes * 60 * rate);
    for (let made = 0; made < runs; made += 1) {
      await createRuns(windrow, DAG, 1);
      await windrow.advance(DAG);
      await sleep(Math.max(0, started + ((made + 1) * 1000) / rate - performance.now()));
    }
    const spent = (performance.now() - started) / 1000;
    return [
      figure({ name: `tasks on ${backend}`, value: worked / spent, unit: 'tasks/s' }),
      figure({ name: 'time', value: spent / 60, unit: 'minutes' }),
      ...memory.figures('steady load', WARM_UP, LIMITS),
    ];
  } finally {
    memory.close();
    await close();
  }
}
