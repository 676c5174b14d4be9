import { z } from 'zod';

import { type DagId, type RecordId, type RunId, dagId, recordId } from '../../core/ids.ts';
import type { Temporal } from '../../core/time.ts';
import type { Window } from '../../core/window.ts';
import type { Executor } from '../database.ts';
import { InstantColumn, RunIdColumn } from '../runs/run-rows.ts';

/** Something that a person would tell another one: what somebody did, what a window waited for, how a schema changed. */
export interface NotableEvent {
  readonly id: number;
  readonly at: Temporal.Instant;
  readonly kind: string;
  readonly dagId: DagId | null;
  readonly runId: RunId | null;
  readonly recordId: RecordId | null;
  /** Of the record, where there is one. */
  readonly window: Window | null;
  readonly details: Readonly<Record<string, unknown>>;
  /** How many events of this kind its record, run or dag has among those looked at. */
  readonly times: number;
}

/** No more events than these are looked at: they take 5 ms. */
const MOST_EVENTS = 5000;

/** The newest notable event of each kind and record, run or dag, newest first; changes of schemas are told once for each dag. */
export async function listNotableEvents(
  executor: Executor,
  { since, limit }: { readonly since: Temporal.Instant; readonly limit: number },
): Promise<readonly NotableEvent[]> {
  const rows = await executor.run(NOTABLE, [since.toString(), MOST_EVENTS, limit]);
  return rows.map((row) => {
    const { start, end, zone, ...event } = Row.parse(row);
    return { ...event, window: start === null || end === null || zone === null ? null : { start, end, zone } };
  });
}

// What somebody did says who it was. Ids grow with time, so the newest events are found without an index of moments.
const NOTABLE = {
  name: 'notable_events',
  text: `
select told.id, told.at, told.kind, told.dag_id as "dagId", told.run_id as "runId", told.record_id as "recordId", told.details,
  told.times, p.window_start_time as start, p.window_end_time as "end", p.window_zone as zone
from (
  select distinct on (kind, place) *, count(*) over (partition by kind, place)::integer as times
  from (
    select *, case when kind = 'schema_drift' then dag_id else coalesce('record ' || record_id, 'run ' || run_id, dag_id) end as place
    from (select * from event order by id desc limit $2) newest
    where at >= $1::timestamptz and (kind in ('schema_drift', 'task_deferred', 'run_timeout') or details ? 'by')
  ) notable
  order by kind, place, id desc
) told
left join pipeline_records p on p.id = told.record_id
order by told.id desc
limit $3`,
};

const Row = z.object({
  id: z.number(),
  at: InstantColumn,
  kind: z.string(),
  dagId: z.string().transform(dagId).nullable(),
  runId: RunIdColumn.nullable(),
  recordId: z.number().transform(recordId).nullable(),
  details: z.record(z.string(), z.unknown()),
  times: z.number(),
  start: InstantColumn.nullable(),
  end: InstantColumn.nullable(),
  zone: z.string().nullable(),
});
