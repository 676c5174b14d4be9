import { z } from 'zod';

import { type RecordId, type RunId, recordId } from '../../core/ids.ts';
import type { Json } from '../../core/json.ts';
import type { Temporal } from '../../core/time.ts';
import type { Window } from '../../core/window.ts';
import {
  BACKFILL_SELECTIONS,
  BACKFILL_STATES,
  type BackfillSelection,
  type BackfillState,
} from '../../record/backfill-plan.ts';
import type { Executor } from '../database.ts';
import { WINDOW_ORDER } from '../records/window-order.ts';
import { InstantColumn, RunIdColumn } from '../runs/run-rows.ts';
import { buildList } from '../views/build-list.ts';
import { type HistoryEntry, readHistory } from '../views/read-history.ts';
import { MaybeInstant, MaybeRecordId, type Page } from '../views/view-rows.ts';

const WINDOW_STATES = ['pending', 'active', 'success', 'failed', 'skipped', 'cancelled'] as const;
export type BackfillWindowState = (typeof WINDOW_STATES)[number];

/** A backfill as people look at it. */
export interface BackfillView {
  readonly id: number;
  readonly dagId: string;
  readonly state: BackfillState;
  readonly from: Temporal.Instant;
  readonly to: Temporal.Instant;
  readonly only: BackfillSelection;
  readonly maxActive: number;
  readonly reverse: boolean;
  readonly params: Readonly<Record<string, Json>>;
  readonly createdBy: string | null;
  readonly createdAt: Temporal.Instant;
  /** Null while a window is open. */
  readonly endedAt: Temporal.Instant | null;
  /** Windows by state. */
  readonly counts: Readonly<Record<BackfillWindowState, number>>;
}

export interface BackfillWindowView {
  readonly position: number;
  readonly window: Window;
  readonly state: BackfillWindowState;
  readonly runId: RunId | null;
  readonly recordId: RecordId | null;
  readonly reason: string | null;
}

/** The record of an earlier window that a strict pipeline must complete first. */
export interface BackfillWait {
  readonly recordId: RecordId;
  readonly status: string;
}

export interface BackfillDetail extends BackfillView {
  readonly waitsFor: BackfillWait | null;
  /** Newest first. */
  readonly history: readonly HistoryEntry[];
  readonly windows: readonly BackfillWindowView[];
}

export interface BackfillFilter extends Page {
  readonly dagId?: string;
}

/** Newest first. */
export async function listBackfills(executor: Executor, filter: BackfillFilter): Promise<readonly BackfillView[]> {
  const { dagId, before, limit } = filter;
  const filters = { 'b.dag_id =': dagId, 'b.id <': before };
  const { statement, values } = buildList({ select: `select ${COLUMNS}\nfrom backfill b`, filters, id: 'b.id', limit });
  const rows = await executor.run(statement, values);
  return rows.map((row) => backfillView(row));
}

export async function findBackfill(executor: Executor, id: number): Promise<BackfillView | undefined> {
  const [row] = await executor.run(FIND, [id]);
  return row === undefined ? undefined : backfillView(row);
}

const LAST_ENTRIES = 20;

/** A backfill with its first windows, in the order in which they run, and with what it waits for. */
export async function showBackfill(
  executor: Executor,
  id: number,
  page: { readonly limit: number; readonly after?: number } = { limit: 1000 },
): Promise<BackfillDetail | undefined> {
  const backfill = await findBackfill(executor, id);
  if (backfill === undefined) return undefined;
  const [wait] = await executor.run(WAIT, [id]);
  const windows = await readWindows(executor, id, page);
  const history = await readHistory(executor, { dagId: backfill.dagId, subject: { backfill: id } }, LAST_ENTRIES);
  return { ...backfill, waitsFor: wait === undefined ? null : WaitRow.parse(wait), windows, history };
}

async function readWindows(
  executor: Executor,
  id: number,
  page: { readonly limit: number; readonly after?: number },
): Promise<readonly BackfillWindowView[]> {
  const rows = await executor.run(WINDOWS, [id, page.after ?? -1, page.limit]);
  return rows.map((row) => {
    const { start, end, zone, ...window } = WindowRow.parse(row);
    return { ...window, window: { start, end, zone } };
  });
}

function backfillView(row: unknown): BackfillView {
  const { counts, ...backfill } = BackfillRow.parse(row);
  const { pending = 0, active = 0, success = 0, failed = 0, skipped = 0, cancelled = 0 } = counts ?? {};
  return { ...backfill, counts: { pending, active, success, failed, skipped, cancelled } };
}

const COLUMNS = `
  b.id, b.dag_id as "dagId", b.state, b.from_time as "from", b.to_time as "to", b.selection as "only", b.max_active as "maxActive", b.reverse,
  b.params, b.created_by as "createdBy", b.created_at as "createdAt", b.ended_at as "endedAt", (
    select jsonb_object_agg(state, count)
    from (select state, count(*) from backfill_window w where w.backfill_id = b.id group by state) counted
  ) as counts`;

const FIND = { name: 'find_backfill', text: `select ${COLUMNS} from backfill b where b.id = $1` };

const WINDOWS = {
  name: 'backfill_windows',
  text: `
select position, window_start as start, window_end as "end", window_zone as zone, state, run_id as "runId",
  record_id as "recordId", reason
from backfill_window
where backfill_id = $1 and position > $2
order by position
limit $3`,
};

const WAIT = {
  name: 'backfill_wait',
  text: `
select p.id as "recordId", p.pipeline_status as status
from backfill b
join dag d on d.id = b.dag_id
join lateral (
  select window_start
  from backfill_window
  where backfill_id = b.id and state = 'pending'
  order by position
  limit 1
) next on true
join lateral (
  select id, pipeline_status
  from pipeline_records
  where pipeline_id = b.dag_id and pipeline_status <> 'COMPLETED' and window_start_time < next.window_start
  order by window_start_time
  limit 1
) p on true
where b.id = $1 and b.state = 'running' and ${WINDOW_ORDER} = 'strict'`,
};

const Counts = z.partialRecord(z.enum(WINDOW_STATES), z.number()).nullable();

const BackfillRow = z.object({
  id: z.number(),
  dagId: z.string(),
  state: z.enum(BACKFILL_STATES),
  from: InstantColumn,
  to: InstantColumn,
  only: z.enum(BACKFILL_SELECTIONS),
  maxActive: z.number(),
  reverse: z.boolean(),
  // Checked when the backfill was made.
  params: z.custom<Readonly<Record<string, Json>>>((value) => typeof value === 'object' && value !== null),
  createdBy: z.string().nullable(),
  createdAt: InstantColumn,
  endedAt: MaybeInstant,
  counts: Counts,
});

const WindowRow = z.object({
  position: z.number(),
  start: InstantColumn,
  end: InstantColumn,
  zone: z.string(),
  state: z.enum(WINDOW_STATES),
  runId: RunIdColumn.nullable(),
  recordId: MaybeRecordId,
  reason: z.string().nullable(),
});

const WaitRow = z.object({ recordId: z.number().transform(recordId), status: z.string() });
