import { z } from 'zod';

import type { Json } from '../../core/json.ts';
import type { Temporal } from '../../core/time.ts';
import type { BackfillSelection, PlannedWindow } from '../../record/backfill-plan.ts';
import type { Executor } from '../database.ts';

export interface NewBackfill {
  readonly dagId: string;
  readonly from: Temporal.Instant;
  readonly to: Temporal.Instant;
  readonly only: BackfillSelection;
  readonly maxActive: number;
  readonly reverse: boolean;
  readonly params: Readonly<Record<string, Json>>;
  readonly createdBy: string;
  /** In the order in which they are to run. */
  readonly windows: readonly PlannedWindow[];
}

/** Stores a backfill with all its windows in one statement, and gives its id. */
export async function insertBackfill(executor: Executor, backfill: NewBackfill): Promise<number> {
  const { dagId, from, to, only, maxActive, reverse, params, createdBy } = backfill;
  const windows = backfill.windows.map(({ window, recordId }, position) => ({
    position,
    start: window.start.toString(),
    end: window.end.toString(),
    zone: window.zone,
    record: recordId,
  }));
  const [row] = await executor.run(INSERT, [
    dagId,
    from.toString(),
    to.toString(),
    only,
    maxActive,
    reverse,
    JSON.stringify(params),
    createdBy,
    JSON.stringify(windows),
  ]);
  return Inserted.parse(row).id;
}

const INSERT = {
  text: `
with backfill as (
  insert into backfill (dag_id, from_time, to_time, selection, max_active, reverse, params, created_by)
  values ($1, $2, $3, $4, $5, $6, $7, $8)
  returning id, dag_id, created_by
),
told as (
  insert into event (kind, dag_id, details)
  select 'backfill_created', dag_id,
    jsonb_build_object('backfill', id, 'by', created_by, 'windows', jsonb_array_length($9::jsonb))
  from backfill
),
windows as (
  insert into backfill_window (backfill_id, position, window_start, window_end, window_zone, record_id)
  select backfill.id, w.position, w.start, w."end", w.zone, w.record
  from backfill, jsonb_to_recordset($9::jsonb) as w (position integer, start timestamptz, "end" timestamptz, zone text, record bigint)
)
select id from backfill`,
};

const Inserted = z.object({ id: z.number() });
