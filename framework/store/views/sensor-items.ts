import { z } from 'zod';

import type { RecordId, RunId } from '../../core/ids.ts';
import type { Json } from '../../core/json.ts';
import type { Temporal } from '../../core/time.ts';
import { RECORD_STATUSES, type RecordStatus } from '../../record/record.ts';
import type { RunState } from '../../run/run-state.ts';
import type { Executor } from '../database.ts';
import { InstantColumn, RunIdColumn, RunStateColumn } from '../runs/run-rows.ts';
import { MaybeInstant, MaybeRecordId, type Page } from './view-rows.ts';

export interface SensorItemView {
  /** Grows in the order of the items; the page behind an item begins before its position. */
  readonly position: number;
  readonly key: string;
  /** Of a record its newest. Null before it has one, and once it was removed for its age. */
  readonly runId: RunId | null;
  readonly state: RunState | null;
  /** Of a pipeline: the window that the item became. */
  readonly recordId: RecordId | null;
  readonly recordStatus: RecordStatus | null;
  readonly skippedReason: string | null;
  readonly params: Json;
  readonly createdAt: Temporal.Instant;
  readonly endedAt: Temporal.Instant | null;
}

/** Newest first. */
export async function sensorItems(database: Executor, id: string, page: Page): Promise<readonly SensorItemView[]> {
  const rows = await database.run(ITEMS, [id, page.before ?? null, page.limit]);
  return rows.map((row) => Item.parse(row));
}

/** What an item began: a record in a pipeline, else a run; neither where it was skipped before. */
export type KnownItem = Pick<SensorItemView, 'runId' | 'recordId'>;

/** Of these keys, the ones that the sensor has returned before. */
export async function knownKeys(
  database: Executor,
  id: string,
  keys: readonly string[],
): Promise<ReadonlyMap<string, KnownItem>> {
  const rows = await database.run(KNOWN, [id, keys]);
  return new Map(
    rows.map((row) => {
      const { key, ...item } = Known.parse(row);
      return [key, item];
    }),
  );
}

const ITEMS = {
  text: `
select i.position, i.key, r.id as "runId", r.state, i.record_id as "recordId", p.pipeline_status as "recordStatus",
  i.skipped_reason as "skippedReason", coalesce(r.params, i.params) as params, i.created_at as "createdAt", r.ended_at as "endedAt"
from sensor_item i
left join pipeline_records p on p.id = i.record_id
left join dag_run r on r.id = coalesce(i.run_id, (select max(n.id) from dag_run n where n.record_id = i.record_id))
where i.sensor_id = $1 and ($2::bigint is null or i.position < $2)
order by i.position desc
limit $3`,
};

const KNOWN = {
  text: `
select key, run_id as "runId", record_id as "recordId"
from sensor_item
where sensor_id = $1 and key = any($2::text[])`,
};

const Known = z.object({ key: z.string(), runId: RunIdColumn.nullable(), recordId: MaybeRecordId });
const Item = z.object({
  position: z.number(),
  key: z.string(),
  runId: RunIdColumn.nullable(),
  state: RunStateColumn.nullable(),
  recordId: MaybeRecordId,
  recordStatus: z.enum(RECORD_STATUSES).nullable(),
  skippedReason: z.string().nullable(),
  params: z.json(),
  createdAt: InstantColumn,
  endedAt: MaybeInstant,
});
