import type { Json } from '../../core/json.ts';
import type { Executor } from '../database.ts';

/** Replaces the cursor, or removes it; polls again at once, and a poll in hand writes nothing. Returns whether there is such a sensor. */
export async function setCursor(executor: Executor, id: string, cursor: Json | undefined): Promise<boolean> {
  const stored = cursor === undefined || cursor === null ? null : JSON.stringify(cursor);
  return (await executor.run(SET_CURSOR, [id, stored])).length > 0;
}

/** Returns whether there is such a sensor. */
export async function setSensorPaused(executor: Executor, id: string, paused: boolean): Promise<boolean> {
  return (await executor.run(SET_PAUSED, [id, paused])).length > 0;
}

const SET_CURSOR = {
  text: `
update sensor
set cursor = $2::jsonb, cursor_version = cursor_version + 1, next_poll_at = null, failures = 0, lease_until = null
where id = $1
returning id`,
};

const SET_PAUSED = { text: 'update sensor set paused = $2, next_poll_at = null where id = $1 returning id' };
