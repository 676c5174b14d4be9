import { parseArgs } from 'node:util';

import { type Closable, closeAll } from '#framework';

import { chainDag } from './engine/chain.ts';
import { type BackendName, type BenchOptions, openBenchInstallation } from './engine/installation.ts';
import { openRawChains } from './engine/raw-bullmq.ts';
import { createRuns, runAll } from './engine/runs.ts';
import { type Servers, openServers } from './engine/servers.ts';
import { ENGINE_PACKAGES, type Figure, type Measured, figure, median, print } from './figures.ts';

const DAG = 'throughput_chain';
// Tasks that do nothing show what the engine costs only when enough of them wait for it: they share its transactions.
const CONCURRENCY = 100;

interface Contender extends Closable {
  readonly name: string;
  /** Runs everything once; gives the seconds. */
  readonly seconds: (runs: number) => Promise<number>;
}

/** `--runs 500 --tasks 6 --rounds 3`. Contenders take turns. The first runs of each only warm it up. */
export async function run(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      runs: { type: 'string', default: '500' },
      tasks: { type: 'string', default: '6' },
      rounds: { type: 'string', default: '3' },
    },
  });
  const load = { runs: Number(values.runs), tasks: Number(values.tasks), rounds: Number(values.rounds) };
  const servers = await openServers();
  try {
    await print(ENGINE_PACKAGES, await throughputFigures(servers, load));
  } finally {
    await servers.close();
  }
}

export async function throughputFigures(servers: Servers, load: Load): Promise<Figure[]> {
  const contenders: Contender[] = [];
  try {
    const many = { servers, concurrency: CONCURRENCY };
    contenders.push(await windrow({ name: 'tasks on Redis', backend: 'redis', ...load, ...many }));
    contenders.push(await windrow({ name: 'tasks on PostgreSQL', backend: 'postgres', ...load, ...many }));
    contenders.push(await windrow({ name: BY_DEFAULT, backend: 'redis', ...load, servers }));
    contenders.push(await rawBullMq(load.tasks, servers));
    return figures(await compete(contenders, load), load);
  } finally {
    await closeAll(contenders);
  }
}

interface Load {
  readonly runs: number;
  readonly tasks: number;
  readonly rounds: number;
}

const WARM_UP_RUNS = 50;

async function compete(
  contenders: readonly Contender[],
  { runs, tasks, rounds }: Load,
): Promise<Map<string, number[]>> {
  const speeds = new Map<string, number[]>(contenders.map(({ name }) => [name, []]));
  for (const { seconds } of contenders) await seconds(WARM_UP_RUNS);
  for (let round = 0; round < rounds; round += 1) {
    for (const { name, seconds } of contenders) speeds.get(name)?.push((runs * tasks) / (await seconds(runs)));
  }
  return speeds;
}

interface WindrowOptions extends BenchOptions {
  readonly name: string;
  readonly backend: BackendName;
  readonly tasks: number;
}

const BY_DEFAULT = 'tasks on Redis, 20 at once as by default';

async function windrow({ name, backend, tasks, ...options }: WindrowOptions): Promise<Contender> {
  let worked = 0;
  const chain = chainDag(DAG, tasks, () => {
    worked += 1;
  });
  const installation = await openBenchInstallation(chain, backend, options);
  return {
    name,
    seconds: async (runs) => {
      worked = 0;
      await createRuns(installation.windrow, DAG, runs);
      const seconds = await runAll(installation.windrow, DAG);
      if (worked !== runs * tasks) throw new Error(`${worked} tasks ran instead of ${runs * tasks}.`);
      await checkHistory(installation.windrow, tasks);
      return seconds;
    },
    close: installation.close,
  };
}

/** Every task left its try in history and every run its events, or the speed is of something else. */
async function checkHistory({ store }: Parameters<typeof runAll>[0], tasks: number): Promise<void> {
  const [row] = await store.database.run({
    text: `
select (select count(*) from dag_run) as runs, (select count(*) from task_attempt) as attempts, (select count(*) from event) as events`,
  });
  const { runs, attempts, events } = {
    runs: Number(row?.['runs']),
    attempts: row?.['attempts'],
    events: row?.['events'],
  };
  if (attempts === runs * tasks && events === runs * 2) return;
  throw new Error(`${runs} runs left ${String(attempts)} tries and ${String(events)} events in history.`);
}

async function rawBullMq(tasks: number, servers: Servers): Promise<Contender> {
  const raw = await openRawChains(servers.redisUrl, CONCURRENCY, () => {});
  return {
    name: 'raw BullMQ jobs on Redis',
    seconds: async (runs) => {
      const started = performance.now();
      await raw.run(runs, tasks);
      return (performance.now() - started) / 1000;
    },
    close: raw.close,
  };
}

const TARGETS: Readonly<Record<string, Pick<Measured, 'atLeast'>>> = {
  'tasks on Redis': { atLeast: 1500 },
  'tasks on PostgreSQL': { atLeast: 400 },
};

function figures(speeds: ReadonlyMap<string, number[]>, load: Load): Figure[] {
  return [
    figure({ name: 'runs in each round', value: load.runs, unit: 'runs' }),
    figure({ name: 'tasks in each run', value: load.tasks, unit: 'tasks' }),
    figure({ name: 'tasks at once', value: CONCURRENCY, unit: 'tasks' }),
    ...[...speeds].map(([name, values]) =>
      figure({
        name,
        value: median(values),
        unit: 'tasks/s',
        ...TARGETS[name],
      }),
    ),
  ];
}
