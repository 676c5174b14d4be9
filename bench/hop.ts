import { parseArgs } from 'node:util';

import { closeAll } from '#framework';

import { chainDag } from './engine/chain.ts';
import { type BackendName, openBenchInstallation } from './engine/installation.ts';
import { openRawChains } from './engine/raw-bullmq.ts';
import { createRuns, runAll } from './engine/runs.ts';
import { openServers, type Servers } from './engine/servers.ts';
import { ENGINE_PACKAGES, type Figure, type Measured, figure, percentile, print } from './figures.ts';

const DAG = 'hop_chain';
const WARM_UPS = 3;

interface Contender {
  readonly name: string;
  /** Runs one chain; gives the milliseconds between the tasks. */
  readonly chain: () => Promise<readonly number[]>;
  readonly close: () => Promise<void>;
}

/** `--tasks 40 --rounds 15`. In every round each contender runs one chain, alone. */
export async function run(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: { tasks: { type: 'string', default: '40' }, rounds: { type: 'string', default: '15' } },
  });
  const servers = await openServers();
  try {
    const hops = await hopFigures(servers, { tasks: Number(values.tasks), rounds: Number(values.rounds) });
    await print(ENGINE_PACKAGES, hops);
  } finally {
    await servers.close();
  }
}

export async function hopFigures(
  servers: Servers,
  { tasks, rounds }: { readonly tasks: number; readonly rounds: number },
): Promise<Figure[]> {
  const contenders: Contender[] = [];
  try {
    contenders.push(await windrow('redis', tasks, servers));
    contenders.push(await windrow('postgres', tasks, servers));
    contenders.push(await rawBullMq(tasks, servers));
    return figures(await compete(contenders, rounds));
  } finally {
    await closeAll(contenders);
  }
}

async function compete(contenders: readonly Contender[], rounds: number): Promise<ReadonlyMap<string, number[]>> {
  const hops = new Map<string, number[]>(contenders.map(({ name }) => [name, []]));
  for (let round = -WARM_UPS; round < rounds; round += 1) {
    for (const { name, chain } of contenders) {
      const measured = await chain();
      if (round >= 0) hops.get(name)?.push(...measured);
    }
  }
  return hops;
}

/** A no-op ends when it starts: what lies between two starts is the hop. */
class Marks {
  #marks: number[] = [];

  readonly mark = (): void => {
    this.#marks.push(performance.now());
  };

  take(expected: number): readonly number[] {
    const marks = this.#marks;
    this.#marks = [];
    if (marks.length !== expected) throw new Error(`${marks.length} tasks ran instead of ${expected}.`);
    return marks.slice(1).map((mark, index) => mark - (marks[index] ?? Number.NaN));
  }
}

async function windrow(backend: BackendName, tasks: number, servers: Servers): Promise<Contender> {
  const marks = new Marks();
  const installation = await openBenchInstallation(chainDag(DAG, tasks, marks.mark), backend, { servers });
  return {
    name: `hop on ${NAMES[backend]}`,
    chain: async () => {
      await createRuns(installation.windrow, DAG, 1);
      await runAll(installation.windrow, DAG);
      return marks.take(tasks);
    },
    close: installation.close,
  };
}

async function rawBullMq(tasks: number, servers: Servers): Promise<Contender> {
  const marks = new Marks();
  const raw = await openRawChains(servers.redisUrl, 1, marks.mark);
  return {
    name: 'raw BullMQ chain on Redis',
    chain: async () => {
      await raw.run(1, tasks);
      return marks.take(tasks);
    },
    close: raw.close,
  };
}

const NAMES: Readonly<Record<BackendName, string>> = { redis: 'Redis', postgres: 'PostgreSQL' };

/** Most milliseconds. */
const TARGETS: Readonly<Record<string, { readonly p50: number; readonly p99?: number }>> = {
  'hop on Redis': { p50: 3, p99: 15 },
  'hop on PostgreSQL': { p50: 8 },
};

function figures(hops: ReadonlyMap<string, number[]>): Figure[] {
  return [...hops].flatMap(([name, values]) => {
    const target = TARGETS[name];
    return [
      figure({ name: `${name}, p50`, value: percentile(values, 0.5), unit: 'ms', ...atMost(target?.p50) }),
      figure({ name: `${name}, p99`, value: percentile(values, 0.99), unit: 'ms', ...atMost(target?.p99) }),
    ];
  });
}

function atMost(limit: number | undefined): Pick<Measured, 'atMost'> {
  return limit === undefined ? {} : { atMost: limit };
}
