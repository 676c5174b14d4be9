import {
  type Clock,
  type Dag,
  type Log,
  type Plugin,
  type Pools,
  type RunId,
  type Sensor,
  silentLog,
  systemClock,
} from '#framework';
import { type Windrow, createRun, openWindrow, readEngineSettings } from '#framework/operate';

import { freshDatabase } from './database.ts';
import { freshRedis } from './redis.ts';

export const BACKENDS = ['postgres', 'redis'] as const;
export type BackendName = (typeof BACKENDS)[number];

export interface TestEngineOptions {
  readonly dags: readonly Dag[];
  readonly sensors?: readonly Sensor[];
  readonly pools?: Pools;
  readonly backend: BackendName;
  readonly plugins?: readonly Plugin[];
  readonly clock?: Clock;
  readonly log?: Log;
  readonly environment?: Readonly<Record<string, string>>;
}

/** A try is lost only to a worker that is gone, not to a machine that stands still for seconds. */
export const PATIENT_LEASE = '15s';

/** An installation on a database and a queue of its own. Nothing runs before `startWorker` or `startScheduler`. */
export async function openTestEngine(options: TestEngineOptions): Promise<Windrow> {
  const environment = {
    DATABASE_URL: options.environment?.['DATABASE_URL'] ?? (await freshDatabase()),
    WINDROW_LEASE: PATIENT_LEASE,
    WINDROW_TICK: '200ms',
    ...(options.backend === 'redis' ? redisEnvironment() : {}),
    ...options.environment,
  };
  const sources = { environment, readFile: () => undefined };
  const reading = readEngineSettings(sources);
  if (reading.kind === 'unreadable') throw new Error(reading.problems.join('\n'));
  return openWindrow({
    project: {
      dags: options.dags,
      sensors: options.sensors ?? [],
      plugins: options.plugins ?? [],
      pools: options.pools ?? {},
    },
    settings: reading.settings,
    sources,
    clock: options.clock ?? systemClock,
    log: options.log ?? silentLog,
    random: () => 0.5,
  });
}

function redisEnvironment(): Readonly<Record<string, string>> {
  const { url, prefix } = freshRedis();
  return { REDIS_URL: url, WINDROW_QUEUE_PREFIX: prefix };
}

/** Creates a run, starts it, and waits until it has ended; gives its state. */
export async function runDag(
  engine: Windrow,
  dagId: string,
  params: Readonly<Record<string, string>> = {},
): Promise<EndedRun> {
  const created = await createRun(engine.store.database, { dagId, kind: 'manual', params });
  if (created.kind !== 'created') throw new Error(`There is an open run of ${dagId} already.`);
  await engine.advance(dagId);
  return endOf(engine, created.runId);
}

export interface EndedRun {
  readonly id: RunId;
  readonly state: string;
  readonly tasks: Readonly<Record<string, string>>;
}

/** Waits for the end of a run by asking the truth; fails after two minutes with what it saw last. */
export async function endOf(engine: Windrow, id: RunId): Promise<EndedRun> {
  return eventually(`the end of run ${id}`, async () => {
    const [run] = await engine.store.database.run({ text: 'select state from dag_run where id = $1' }, [id]);
    const state = String(run?.['state']);
    if (state === 'queued' || state === 'running') return undefined;
    return { id, state, tasks: await taskStates(engine, id) };
  });
}

const TASK_STATES = `
select task_id || case when map_index >= 0 and map_total is not null then '[' || map_index || ']' else '' end as name, state
from task_instance
where run_id = $1`;

/** By name: `load`, and `load[3]` for an instance of a mapped task. */
export async function taskStates(engine: Windrow, id: RunId): Promise<Readonly<Record<string, string>>> {
  const rows = await engine.store.database.run({ text: TASK_STATES }, [id]);
  return Object.fromEntries(rows.map((row) => [String(row['name']), String(row['state'])]));
}

/** Also for a machine with much other work; only ever reached where something does not come. */
const LONGEST_WAIT_S = 120;

/** Asks until there is an answer. */
export async function eventually<T>(what: string, ask: () => Promise<T | undefined>): Promise<T> {
  const deadline = performance.now() + LONGEST_WAIT_S * 1000;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    if (performance.now() > deadline) throw new Error(`Waited ${LONGEST_WAIT_S} s for ${what}, in vain.`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
