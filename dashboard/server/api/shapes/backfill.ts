import { z } from 'zod';

import { BACKFILL_SELECTIONS, BACKFILL_STATES, WINDOW_STANDINGS } from '#framework/operate';

import { Facts, Instant, Window } from './scalars.ts';
import { DryRun, RunParams } from './text.ts';

const Counts = z.object({
  pending: z.number(),
  active: z.number(),
  success: z.number(),
  failed: z.number(),
  skipped: z.number(),
  cancelled: z.number(),
});

export const Backfill = z
  .object({
    id: z.number(),
    dagId: z.string(),
    state: z.enum(BACKFILL_STATES),
    from: Instant,
    to: Instant,
    only: z.enum(BACKFILL_SELECTIONS),
    maxActive: z.number(),
    reverse: z.boolean(),
    params: Facts,
    createdBy: z.string().nullable(),
    createdAt: Instant,
    endedAt: Instant.nullable(),
    /** Windows by state. */
    counts: Counts,
  })
  .meta({ id: 'Backfill' });

const BackfillWindow = z.object({
  position: z.number(),
  window: Window,
  state: z.enum(['pending', 'active', 'success', 'failed', 'skipped', 'cancelled']),
  runId: z.number().nullable(),
  recordId: z.number().nullable(),
  reason: z.string().nullable(),
});

const HistoryEntry = z.object({ id: z.number(), at: Instant, kind: z.string(), details: Facts });

export const BackfillDetail = Backfill.extend({
  /** The record of an earlier window that a strict pipeline must complete first. */
  waitsFor: z.object({ recordId: z.number(), status: z.string() }).nullable(),
  history: z.array(HistoryEntry),
  /** In the order in which they run. */
  windows: z.array(BackfillWindow),
  /** Asks for the windows behind these. */
  next: z.string().nullable(),
}).meta({ id: 'BackfillDetail' });

export const BackfillBody = z
  .strictObject({
    dryRun: DryRun,
    dagId: z.string(),
    from: Instant,
    to: Instant,
    only: z.enum(BACKFILL_SELECTIONS).default('missing'),
    maxActive: z.number().int().min(1).max(1000).default(4),
    reverse: z.boolean().default(false),
    params: RunParams.optional(),
  })
  .refine(({ from, to }) => from.epochNanoseconds < to.epochNanoseconds, 'expected `to` behind `from`');

/** What a backfill would do, with its first windows; `backfill` is null before it is done. */
export const BackfillAnswer = z.object({
  dryRun: z.boolean(),
  backfill: Backfill.nullable(),
  total: z.number(),
  windows: z.array(
    z.object({
      window: Window,
      standing: z.enum(WINDOW_STANDINGS),
      deed: z.enum(['run', 'rerun', 'follow']),
      recordId: z.number().nullable(),
      runId: z.number().nullable(),
    }),
  ),
});

export const BackfillSwitched = z.object({ dryRun: z.boolean(), backfill: Backfill });

export type BackfillJson = z.input<typeof Backfill>;
export type BackfillDetailJson = z.input<typeof BackfillDetail>;
export type BackfillAnswerJson = z.input<typeof BackfillAnswer>;
