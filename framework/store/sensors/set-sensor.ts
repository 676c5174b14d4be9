import type { Json } from '../../core/json.ts';
import type { Executor } from '../database.ts';

export interface CursorChange {
  /** Undefined removes it. */
  readonly cursor: Json | undefined;
  /** Who does it. */
  readonly by: string;
}

/** Replaces the cursor; polls again at once, and a poll in hand writes nothing. Returns whether there is such a sensor. */
export async function setCursor(executor: Executor, id: string, { cursor, by }: CursorChange): Promise<boolean> {
  const stored = cursor === undefined || cursor === null ? null : JSON.stringify(cursor);
  return (await executor.run(SET_CURSOR, [id, stored, by])).length > 0;
}

/** Returns whether there is such a sensor. */
export async function setSensorPaused(
  executor: Executor,
  id: string,
  { paused, by }: { readonly paused: boolean; readonly by: string },
): Promise<boolean> {
  return (await executor.run(SET_PAUSED, [id, paused, by])).length > 0;
}

const SET_CURSOR = {
  text: `
with written as (
  update sensor
  set cursor = $2::jsonb, cursor_version = cursor_version + 1, next_poll_at = null, failures = 0, lease_until = null
  where id = $1
  returning id, dag_id, cursor
)
insert into event (kind, dag_id, details)
select case when cursor is null then 'sensor_cursor_reset' else 'sensor_cursor_set' end, dag_id,
  jsonb_strip_nulls(jsonb_build_object('sensor', id, 'by', $3::text, 'cursor', cursor))
from written
returning id`,
};

const SET_PAUSED = {
  text: `
with written as (
  update sensor set paused = $2, next_poll_at = null where id = $1 returning id, dag_id, paused
)
insert into event (kind, dag_id, details)
select case when paused then 'sensor_paused' else 'sensor_unpaused' end, dag_id, jsonb_build_object('sensor', id, 'by', $3::text)
from written
returning id`,
};
