import { z } from 'zod';

import { DataFailure } from '../../core/failures.ts';
import { type RecordId, recordId } from '../../core/ids.ts';
import type { Json } from '../../core/json.ts';
import type { PipelineSpec } from '../../dag/pipeline-spec.ts';
import type { Polled, Sensor } from '../../dag/sensor/sensor.ts';
import { type NewItem, type PlacedItem, type RecordThere, placeItems } from '../../record/item-windows.ts';
import { newRecords } from '../../record/new-records.ts';
import type { Executor } from '../database.ts';
import { findLastWindowEnd, insertRecords } from '../records/insert-records.ts';
import { InstantColumn } from '../runs/run-rows.ts';
import { knownKeys } from '../views/sensor-items.ts';

/** The windows that the new items of a poll would get; known ones are left out. Changes nothing. */
export async function planWindows(
  executor: Executor,
  { id, dag, start }: Sensor,
  polled: Polled,
): Promise<readonly PlacedItem[]> {
  const items = await newItems(executor, id, polled);
  if (items.length === 0) return [];
  const there = await executor.run(THERE, [dag.id, items.map(({ window }) => window.end.toString())]);
  return placeItems(items, {
    sensorId: id,
    pipelineId: dag.id,
    newestEnd: await findLastWindowEnd(executor, dag.id),
    start,
    there: there.map(recordThere),
  });
}

/** Writes a record for each new item, or binds the item to the record that is there. The dag must be locked. Returns how many are new. */
export async function startWindows(
  transaction: Executor,
  sensor: Sensor & { readonly dag: { readonly pipeline: PipelineSpec } },
  polled: Polled,
): Promise<number> {
  const { id, dag } = sensor;
  const placed = await planWindows(transaction, sensor, polled);
  if (placed.length === 0) return 0;
  const windows = placed.map(({ window }) => window);
  await insertRecords(transaction, newRecords({ pipelineId: dag.id, spec: dag.pipeline }, windows));
  const rows = await transaction.run(START_WINDOWS, [id, JSON.stringify(placed.map(rowOf))]);
  if (rows.length === placed.length) return rows.length;
  throw new DataFailure(
    'E_SENSOR_WINDOW_TAKEN',
    `Sensor "${id}": somebody has started a window of one of ${placed.length} new items just now. The next poll looks again.`,
  );
}

/** Of a key that was returned twice the first item counts. */
async function newItems(executor: Executor, id: string, { items }: Polled): Promise<readonly NewItem[]> {
  const known = await knownKeys(
    executor,
    id,
    items.map(({ key }) => key),
  );
  const fresh = new Map<string, NewItem>();
  for (const { key, params = {}, window } of items) {
    if (window === undefined || known.has(key) || fresh.has(key)) continue;
    fresh.set(key, { key, params, window });
  }
  return [...fresh.values()];
}

function rowOf({ key, params, window, adopts, gap }: PlacedItem, place: number): object {
  return {
    place,
    key,
    params,
    window_start: window.start.toString(),
    window_end: window.end.toString(),
    adopts,
    gap: gap === undefined ? null : { from: gap.start.toString(), to: gap.end.toString() },
  };
}

function recordThere(row: unknown): RecordThere {
  const { recordId: id, item, params, ...window } = There.parse(row);
  return { recordId: id, window, item, params };
}

const THERE = {
  name: 'records_that_end_there',
  text: `
select p.id as "recordId", p.window_start_time as "start", p.window_end_time as "end", p.window_zone as "zone", i.key as item,
  (select r.params from dag_run r where r.record_id = p.id order by r.id desc limit 1) as params
from pipeline_records p
left join sensor_item i on i.record_id = p.id
where p.pipeline_id = $1 and p.window_end_time = any ($2::timestamptz[])`,
};

// A record that got a run since is left out: whoever made it gave it other params perhaps.
const START_WINDOWS = {
  name: 'start_windows',
  text: `
with item as (
  insert into sensor_item (sensor_id, key, record_id, params)
  select s.id, given.key, p.id, given.params
  from jsonb_to_recordset($2::jsonb) as given (place integer, key text, params jsonb, window_start timestamptz,
    window_end timestamptz, adopts boolean)
  join sensor s on s.id = $1
  join pipeline_records p on p.pipeline_id = s.dag_id and p.window_start_time = given.window_start
    and p.window_end_time = given.window_end
  where given.adopts or not exists (select from dag_run r where r.record_id = p.id)
  order by given.place
  returning key, position, record_id
),
told as (
  insert into event (kind, dag_id, record_id, details)
  select 'sensor_item_started', s.dag_id, item.record_id,
    jsonb_strip_nulls(jsonb_build_object('sensor', s.id, 'key', item.key, 'gap', given.gap))
  from item
  join sensor s on s.id = $1
  join jsonb_to_recordset($2::jsonb) as given (key text, gap jsonb) on given.key = item.key
  order by item.position
)
select key from item`,
};

const There = z.object({
  recordId: z.number().transform((id): RecordId => recordId(id)),
  start: InstantColumn,
  end: InstantColumn,
  zone: z.string(),
  item: z.string().nullable(),
  params: z.json().transform((params): Json => params),
});
