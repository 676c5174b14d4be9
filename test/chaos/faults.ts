import { setTimeout as rest } from 'node:timers/promises';

import type { Windrow } from '#framework/operate';

import type { Fleet } from './fleet.ts';
import type { BackendName, Ground } from './ground.ts';
import { delay, duplicate, pausePool } from './job-faults.ts';
import { pick } from './random.ts';

export const FAULTS = [
  'kill',
  'freeze',
  'block',
  'duplicate',
  'delay',
  'pause_pool',
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
  delay: (scene) => delay(scene),
  pause_pool: (scene) => pausePool(scene),
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
