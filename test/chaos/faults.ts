import { setTimeout as rest } from 'node:timers/promises';

import { Temporal, runId, taskId } from '#framework';
import type { Windrow } from '#framework/operate';
import { z } from 'zod';

import type { Fleet } from './fleet.ts';
import type { BackendName, Ground } from './ground.ts';
import { pick } from './random.ts';

export const FAULTS = [
  'kill',
  'freeze',
  'block',
  'duplicate',
  'restart_postgres',
  'crash_postgres',
  'flush_redis',
  'restart_redis',
] as const;
export type Fault = (typeof FAULTS)[number];

const OF_REDIS: readonly Fault[] = ['flush_redis', 'restart_redis'];

/** What can go wrong on a backend. */
export function faultsOf(backend: BackendName): readonly Fault[] {
  return FAULTS.filter((fault) => backend === 'redis' || !OF_REDIS.includes(fault));
}

export interface Scene {
  readonly fleet: Fleet;
  readonly ground: Ground;
  /** Looks on from outside; its queues deliver what is sent twice. */
  readonly onlooker: Windrow;
  readonly random: () => number;
  readonly leaseMs: number;
}

export interface FaultOptions {
  readonly faults: readonly Fault[];
  readonly until: Date;
}

export type FaultCounts = Readonly<Record<Fault, number>>;

const [GAP_MS, GAP_SPREAD_MS] = [1500, 3500];

/**
 * Strikes again and again until the moment `until`, each time with a fault drawn by the scene's randomness; a long fault
 * goes on while others follow. Gives how often each took place, once all are over.
 */
export async function strike(scene: Scene, { faults, until }: FaultOptions): Promise<FaultCounts> {
  const counts = new Map<Fault, number>(FAULTS.map((fault) => [fault, 0]));
  const lasting: Promise<void>[] = [];
  const servers = { isDown: false };
  const counted = async (fault: Fault): Promise<void> => {
    if (await DO[fault](scene, servers)) counts.set(fault, (counts.get(fault) ?? 0) + 1);
  };
  while (Date.now() < until.getTime()) {
    const fault = pick(scene.random, faults);
    if (fault !== undefined) {
      lasting.push(counted(fault));
    }
    await rest(GAP_MS + scene.random() * GAP_SPREAD_MS);
  }
  await Promise.all(lasting);
  return Object.fromEntries(FAULTS.map((fault) => [fault, counts.get(fault) ?? 0])) as FaultCounts;
}

interface Servers {
  isDown: boolean;
}

/** Answers whether it took place. */
type Doing = (scene: Scene, servers: Servers) => Promise<boolean>;

const MOST_DOWN_MS = 3000;

const DO: Readonly<Record<Fault, Doing>> = {
  kill: ({ fleet, random }) => fleet.kill(random),
  freeze: ({ fleet, random, leaseMs }) => {
    const pauseMs = leaseMs * (1.2 + random());
    return fleet.freeze(random, () => rest(pauseMs));
  },
  block: ({ fleet, random, leaseMs }) => {
    const blockMs = leaseMs * (1.1 + random() / 2);
    return fleet.block(random, blockMs, () => rest(blockMs));
  },
  duplicate: (scene) => duplicate(scene),
  restart_postgres: ({ ground, random }, servers) => alone(servers, () => ground.restartPostgres('fast', down(random))),
  crash_postgres: ({ ground, random }, servers) =>
    alone(servers, () => ground.restartPostgres('immediate', down(random))),
  flush_redis: ({ ground }, servers) => alone(servers, () => ground.flushRedis()),
  restart_redis: ({ ground, random }, servers) => alone(servers, () => ground.restartRedis(down(random))),
};

function down(random: () => number): number {
  return random() * MOST_DOWN_MS;
}

/** A server that is down cannot be struck. */
async function alone(servers: Servers, work: () => Promise<void>): Promise<boolean> {
  if (servers.isDown) return false;
  servers.isDown = true;
  await work().finally(() => (servers.isDown = false));
  return true;
}

const RECENT = `
select run_id as "runId", task_id as "taskId", map_index as "mapIndex", seq, attempt, pool, priority
from task_instance
where seq > 0
order by run_id desc, task_id
limit 40`;

const Recent = z.object({
  runId: z.number().transform(runId),
  taskId: z.string().transform(taskId),
  mapIndex: z.number(),
  seq: z.number(),
  attempt: z.number(),
  pool: z.string(),
  priority: z.number(),
});

let copies = 0;

/** Sends jobs of dispatches that were sent already, of open and of ended tasks, at once and late. */
async function duplicate({ onlooker, random }: Scene): Promise<boolean> {
  try {
    const rows = await onlooker.store.database.run({ text: RECENT });
    const late = Temporal.Now.instant().add({ milliseconds: Math.round(random() * 8000) });
    const again = rows.map((row, index) => {
      copies += 1;
      const recent = Recent.parse(row);
      const jobId = `copy__${copies}`;
      return { ...recent, id: 0, jobId, label: 'a copy', ...(index % 2 === 0 ? {} : { notBefore: late }) };
    });
    await onlooker.dispatcher.send(again);
    return true;
  } catch {
    // A server is down: nothing was delivered.
    return false;
  }
}
