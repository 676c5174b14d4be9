import type { SensorId } from '../../core/ids.ts';
import type { Temporal } from '../../core/time.ts';
import type { Polled, Sensor } from '../../dag/sensor/sensor.ts';
import type { Database, Executor } from '../database.ts';
import { lockDag } from '../lock-dag.ts';
import { RUN_PRIORITIES } from '../runs/create-run.ts';
import { startWindows } from './start-windows.ts';

export interface EndedPoll {
  readonly id: SensorId;
  /** The version of the cursor that was polled with. */
  readonly cursorVersion: number;
  readonly at: Temporal.Instant;
  readonly nextPollAt: Temporal.Instant;
}

/** `overtaken`: another poll, or an operator, has written the cursor or paused the sensor in the meantime; nothing is written. */
export type FinishedPoll = { readonly kind: 'written'; readonly started: number } | { readonly kind: 'overtaken' };

/**
 * Writes the items that are not known yet, a queued run or a record for each, and the new cursor, all or nothing.
 * @throws DataFailure as `placeItems`
 */
export async function finishPoll(
  database: Database,
  sensor: Sensor,
  poll: Omit<EndedPoll, 'id'> & { readonly polled: Polled },
): Promise<FinishedPoll> {
  const { cursorVersion, at, nextPollAt, polled } = poll;
  const { id, dag } = sensor;
  const { pipeline } = dag;
  return database.transaction(async (transaction): Promise<FinishedPoll> => {
    // Before the sensor's row: of two that make windows of a pipeline one waits here, and neither makes one over the other's.
    if (pipeline !== undefined && polled.items.length > 0) await lockDag(transaction, dag.id);
    const written = await transaction.run(WRITE_CURSOR, [
      id,
      cursorVersion,
      at.toString(),
      nextPollAt.toString(),
      polled.cursor === undefined,
      polled.cursor === undefined || polled.cursor === null ? null : JSON.stringify(polled.cursor),
    ]);
    if (written.length === 0) return { kind: 'overtaken' };
    if (polled.items.length === 0) return { kind: 'written', started: 0 };
    if (pipeline !== undefined) {
      const started = await startWindows(transaction, { ...sensor, dag: { ...dag, pipeline } }, polled);
      return { kind: 'written', started };
    }
    return { kind: 'written', started: (await transaction.runLast(START_ITEMS, startValues(id, polled))).length };
  });
}

function startValues(id: SensorId, polled: Polled): readonly unknown[] {
  return [id, polled.items.map(({ key }) => key), paramsByKey(polled), RUN_PRIORITIES.sensor];
}

/** Of a key that was returned twice the first item counts. */
function paramsByKey({ items }: Polled): string {
  return JSON.stringify(Object.fromEntries(items.toReversed().map(({ key, params = {} }) => [key, params])));
}

/** Keeps the cursor and says what went wrong, unless the poll was overtaken. */
export async function failPoll(executor: Executor, poll: EndedPoll & { readonly failure: string }): Promise<void> {
  const { id, cursorVersion, at, nextPollAt, failure } = poll;
  await executor.run(FAIL, [id, cursorVersion, at.toString(), nextPollAt.toString(), failure]);
}

/** Hands a poll back that was stopped before its end, or whose end was not written. */
export async function handBackPoll(executor: Executor, poll: Pick<EndedPoll, 'id' | 'cursorVersion'>): Promise<void> {
  await executor.run(HAND_BACK, [poll.id, poll.cursorVersion]);
}

const WRITE_CURSOR = {
  name: 'write_cursor',
  text: `
update sensor
set cursor = case when $5::boolean then cursor else $6::jsonb end, cursor_version = cursor_version + 1,
  last_poll_at = $3::timestamptz, next_poll_at = $4::timestamptz, failures = 0, lease_until = null
where id = $1 and cursor_version = $2 and not paused
returning id`,
};

// The numbers of the runs are drawn in the order of the items, which is the order in which runs of one priority start.
const START_ITEMS = {
  name: 'start_items',
  text: `
with item as (
  insert into sensor_item (sensor_id, key, run_id)
  select $1, given.key, nextval('dag_run_id_seq')
  from unnest($2::text[]) with ordinality as given (key, place)
  order by given.place
  on conflict do nothing
  returning key, position, run_id
),
run as (
  insert into dag_run (id, dag_id, graph_hash, kind, priority, params)
  overriding system value
  select item.run_id, d.id, d.graph_hash, 'sensor', $4, $3::jsonb -> item.key
  from item
  join sensor s on s.id = $1
  join dag d on d.id = s.dag_id
),
told as (
  insert into event (kind, dag_id, run_id, details)
  select 'sensor_item_started', s.dag_id, item.run_id, jsonb_build_object('sensor', s.id, 'key', item.key)
  from item
  join sensor s on s.id = $1
  order by item.position
)
select key from item`,
};

const FAIL = {
  name: 'fail_poll',
  text: `
with failed as (
  update sensor
  set failures = failures + 1, last_error = $5::jsonb, last_error_at = $3::timestamptz, last_poll_at = $3::timestamptz,
    next_poll_at = $4::timestamptz, lease_until = null
  where id = $1 and cursor_version = $2
  returning id, dag_id, last_error
)
insert into event (kind, dag_id, details)
select 'sensor_poll_failed', dag_id,
  jsonb_build_object('sensor', id, 'code', last_error -> 'code', 'message', last_error -> 'message')
from failed`,
};

const HAND_BACK = {
  name: 'hand_back_poll',
  text: `update sensor set lease_until = null where id = $1 and cursor_version = $2`,
};
