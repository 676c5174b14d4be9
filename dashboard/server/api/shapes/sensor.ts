import { z } from 'zod';

import { ORDERS, RECORD_STATUSES } from '#framework';

import { RunState } from './run.ts';
import { AnyJson, Facts, Failure, Instant, Window } from './scalars.ts';
import { DryRun, StoredJson, text } from './text.ts';

const HoldingItem = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('run'), key: z.string(), runId: z.number(), state: RunState }),
  z.object({
    kind: z.literal('record'),
    key: z.string().nullable(),
    recordId: z.number(),
    status: z.enum(RECORD_STATUSES),
  }),
]);

export const Sensor = z
  .object({
    id: z.string(),
    dagId: z.string(),
    order: z.enum(ORDERS),
    everyMs: z.number(),
    paused: z.boolean(),
    removedAt: Instant.nullable(),
    cursor: AnyJson,
    lastPollAt: Instant.nullable(),
    nextPollAt: Instant.nullable(),
    /** Polls in a row that failed. */
    failures: z.number(),
    lastError: Failure.nullable(),
    lastErrorAt: Instant.nullable(),
    waitingItems: z.number(),
    /** In strict order: what failed or was cancelled and holds the others back. */
    heldBy: HoldingItem.nullable(),
  })
  .meta({ id: 'Sensor' });

const SensorItem = z.object({
  position: z.number(),
  key: z.string(),
  /** The run or the window that it began; both null where it was skipped before. */
  runId: z.number().nullable(),
  state: RunState.nullable(),
  recordId: z.number().nullable(),
  recordStatus: z.enum(RECORD_STATUSES).nullable(),
  skippedReason: z.string().nullable(),
  params: AnyJson,
  createdAt: Instant,
  endedAt: Instant.nullable(),
});

export const SensorDetail = Sensor.extend({
  history: z.array(z.object({ id: z.number(), at: Instant, kind: z.string(), details: Facts })),
  /** Newest first. */
  items: z.array(SensorItem),
  /** Asks for the items behind these. */
  next: z.string().nullable(),
}).meta({ id: 'SensorDetail' });

/** The new cursor; null begins anew, without one. */
export const CursorBody = z.strictObject({ dryRun: DryRun, cursor: StoredJson });

/** `poll` is what a poll with that cursor finds, asked for by a dry run; null once the cursor is set. */
export const CursorAnswer = z.object({
  dryRun: z.boolean(),
  id: z.string(),
  cursor: AnyJson,
  poll: z
    .object({
      total: z.number(),
      fresh: z.number(),
      /** The first ones. */
      items: z.array(
        z.object({
          key: z.string(),
          params: AnyJson,
          /** Found before: it stays as it is, and begins nothing. */
          known: z.boolean(),
          runId: z.number().nullable(),
          recordId: z.number().nullable(),
          /** Of a pipeline: the window that it would become. */
          becomes: Window.nullable(),
        }),
      ),
      /** What the cursor would be behind the poll. */
      cursor: AnyJson,
      more: z.boolean(),
    })
    .nullable(),
});

export const SensorSwitched = z.object({ dryRun: z.boolean(), id: z.string(), paused: z.boolean() });

/** An item by its key, which may hold anything. */
export const ItemBody = z.strictObject({ dryRun: DryRun, key: text(1000) });
export const ItemSkipBody = ItemBody.extend({ reason: text(1000).optional() });
/** `runId` is the new run; null of a dry run. */
export const ItemRerun = z.object({
  dryRun: z.boolean(),
  id: z.string(),
  key: z.string(),
  runId: z.number().nullable(),
});
export const ItemSkipped = z.object({ dryRun: z.boolean(), id: z.string(), key: z.string() });

export type SensorJson = z.input<typeof Sensor>;
export type SensorDetailJson = z.input<typeof SensorDetail>;
export type CursorAnswerJson = z.input<typeof CursorAnswer>;
