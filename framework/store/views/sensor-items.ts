import { z } from 'zod';

import type { RunId } from '../../core/ids.ts';
import type { Json } from '../../core/json.ts';
import type { Temporal } from '../../core/time.ts';
import type { RunState } from '../../run/run-state.ts';
import type { Executor } from '../database.ts';
import { InstantColumn, RunIdColumn, RunStateColumn } from '../runs/run-rows.ts';
import { MaybeInstant, type Page } from './view-rows.ts';

export interface SensorItemView {
  /** Grows in the order of the items; the page behind an item begins before its position. */
  readonly position: number;
  readonly key: string;
  /** Null once the run was removed for its age. */
  readonly runId: RunId | null;
  readonly state: RunState | null;
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

/** Of these keys, the ones that the sensor has returned before. */
export async function knownKeys(database: Executor, id: string, keys: readonly string[]): Promise<ReadonlySet<string>> {
  const rows = await database.run(KNOWN, [id, keys]);
  return new Set(rows.map((row) => Key.parse(row).key));
}

const ITEMS = {
  text: `
select i.position, i.key, i.run_id as "runId", r.state, i.skipped_reason as "skippedReason", r.params,
  i.created_at as "createdAt", r.ended_at as "endedAt"
from sensor_item i
left join dag_run r on r.id = i.run_id
where i.sensor_id = $1 and ($2::bigint is null or i.position < $2)
order by i.position desc
limit $3`,
};

const KNOWN = { text: `select key from sensor_item where sensor_id = $1 and key = any($2::text[])` };

const Key = z.object({ key: z.string() });
const Item = z.object({
  position: z.number(),
  key: z.string(),
  runId: RunIdColumn.nullable(),
  state: RunStateColumn.nullable(),
  skippedReason: z.string().nullable(),
  params: z.json(),
  createdAt: InstantColumn,
  endedAt: MaybeInstant,
});
