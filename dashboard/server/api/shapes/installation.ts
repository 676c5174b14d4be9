import { z } from 'zod';

import { Instant } from './scalars.ts';
import { DryRun } from './text.ts';

const Limits = z
  .object({
    slots: z.number(),
    rate: z.object({ starts: z.number(), perMs: z.number() }).optional(),
  })
  .meta({ id: 'PoolLimits' });

export const Pool = Limits.extend({
  name: z.string(),
  setBy: z.enum(['code', 'operator']),
  code: Limits,
  used: z.number(),
  /** Tasks that limits hold back. */
  held: z.number(),
  removedAt: Instant.nullable(),
}).meta({ id: 'Pool' });

const MOST_SLOTS = 100_000;
const DAY_MS = 86_400_000;

/** 0 slots shut the pool: what runs goes on, nothing else starts. What is left out stays as it is. */
export const PoolSetBody = z.strictObject({
  dryRun: DryRun,
  slots: z.number().int().min(0).max(MOST_SLOTS).optional(),
  rate: z
    .union([
      z.literal('none'),
      z.strictObject({
        starts: z.number().int().min(1).max(MOST_SLOTS),
        perMs: z.number().int().min(1).max(DAY_MS),
      }),
    ])
    .optional(),
});
export const PoolChanged = z.object({ dryRun: z.boolean(), name: z.string(), before: Limits, after: Limits });

const Queue = z.object({
  pool: z.string(),
  queued: z.number(),
  running: z.number(),
  waitingSince: Instant.nullable(),
});

/** How long tasks wait between being sent and being begun by a worker, over the newest tries. */
const Hop = z.object({ tries: z.number(), medianMs: z.number().nullable(), p95Ms: z.number().nullable() });

export const Process = z
  .object({
    id: z.string(),
    kind: z.enum(['worker', 'scheduler']),
    host: z.string(),
    pid: z.number(),
    startedAt: Instant,
    seenAt: Instant,
    pools: z.array(z.string()),
    dags: z.array(z.string()),
    running: z.number(),
    renewals: z.number(),
    renewedAt: Instant.nullable(),
  })
  .meta({ id: 'Process' });

const TableSize = z.object({
  table: z.string(),
  rows: z.number(),
  bytes: z.number(),
  partitions: z.number(),
  oldest: Instant.nullable(),
});

export const System = z
  .object({
    version: z.string(),
    /** Of the database. */
    migrations: z.object({ applied: z.number(), newest: z.string().nullable() }),
    processes: z.array(Process),
    backend: z.enum(['redis', 'postgres']),
    pools: z.array(Pool),
    /** By pool, where there is something in it. */
    queues: z.array(Queue),
    hop: Hop,
    /** Of the engine, largest first. */
    tables: z.array(TableSize),
  })
  .meta({ id: 'System' });

const Cell = z.union([z.string(), z.number(), z.boolean(), z.null(), Instant]);
const Part = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('text'), text: z.string() }),
  z.object({ kind: z.literal('facts'), facts: z.array(z.tuple([z.string(), Cell])) }),
  z.object({ kind: z.literal('table'), columns: z.array(z.string()), rows: z.array(z.array(Cell)) }),
]);
const OfPlugin = { plugin: z.string(), id: z.string(), title: z.string() };

/** What a plugin shows, or why that cannot be had. */
export const PluginSection = z
  .discriminatedUnion('kind', [
    z.object({ ...OfPlugin, kind: z.literal('loaded'), parts: z.array(Part) }),
    z.object({ ...OfPlugin, kind: z.literal('failed'), error: z.string() }),
  ])
  .meta({ id: 'PluginSection' });

export type PoolJson = z.input<typeof Pool>;
export type PoolChangedJson = z.input<typeof PoolChanged>;
export type ProcessJson = z.input<typeof Process>;
export type SystemJson = z.input<typeof System>;
export type PluginSectionJson = z.input<typeof PluginSection>;
