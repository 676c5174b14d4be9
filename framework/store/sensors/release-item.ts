import { z } from 'zod';

import { dagId, type DagId, type RunId } from '../../core/ids.ts';
import type { Json } from '../../core/json.ts';
import type { Database, Executor } from '../database.ts';
import { type Deed, noteDeed } from '../note-deed.ts';
import { createRun } from '../runs/create-run.ts';
import { RunIdColumn, RunStateColumn } from '../runs/run-rows.ts';

export interface ItemName {
  readonly sensorId: string;
  readonly key: string;
}

/** `by`: who asks for it. */
export interface ItemRequest extends ItemName {
  readonly by: string;
}

export type NotReleased = { readonly kind: 'not_found' } | { readonly kind: 'refused'; readonly reason: string };

/** Of which dag runs may start now: the item's, or one behind it. */
interface Released {
  readonly dagId: DagId;
}

/** Starts a new run for an item whose run failed or was cancelled; it keeps its place in the order. */
export async function rerunItem(
  database: Database,
  item: ItemRequest,
): Promise<(Released & { readonly kind: 'started'; readonly runId: RunId }) | NotReleased> {
  return release(database, item, async (transaction, { dagId: dag, params }) => {
    const run = await createRun(transaction, { dagId: dag, kind: 'sensor', params });
    if (run.kind === 'already_there') return { kind: 'not_found' };
    await transaction.run(SET_RUN, [item.sensorId, item.key, run.runId]);
    await noteItem(transaction, { ...item, kind: 'sensor_item_rerun', dagId: dag, details: { run: run.runId } });
    return { kind: 'started', dagId: dag, runId: run.runId };
  });
}

/** Gives an item up whose run failed or was cancelled, or that the last poll failed for: later ones go on without it. */
export async function skipItem(
  database: Database,
  item: ItemRequest,
  reason: string,
): Promise<(Released & { readonly kind: 'skipped' }) | NotReleased> {
  const released = await release(database, item, async (transaction, { dagId: dag }) => {
    await transaction.run(SKIP, [item.sensorId, item.key, reason]);
    await noteItem(transaction, { ...item, kind: 'sensor_item_skipped', dagId: dag, details: { reason } });
    return { kind: 'skipped' as const, dagId: dag };
  });
  if (released.kind !== 'not_found') return released;
  const [row] = await database.run(SKIP_UNSTARTED, [item.sensorId, item.key, reason, item.by]);
  return row === undefined ? released : { kind: 'skipped', dagId: Unstarted.parse(row).dagId };
}

/** Whether an item may be run again or, with `skip`, given up. Changes nothing. */
export async function previewItem(
  database: Database,
  item: ItemName,
  { skip }: { readonly skip: boolean },
): Promise<{ readonly kind: 'releasable' } | NotReleased> {
  const released = await release(database, item, async () => ({ kind: 'releasable' as const }));
  if (released.kind !== 'not_found' || !skip) return released;
  const [row] = await database.run(UNSTARTED, [item.sensorId, item.key]);
  return row === undefined ? released : { kind: 'releasable' };
}

/** Without a run of its own, so that it stands in the history of the sensor. */
function noteItem(
  transaction: Executor,
  { sensorId, key, by, kind, dagId: dag, details }: ItemRequest & ItemDeed,
): Promise<void> {
  return noteDeed(transaction, { kind, by, dagId: dag, details: { sensor: sensorId, key, ...details } });
}

type ItemDeed = Required<Pick<Deed, 'kind' | 'dagId' | 'details'>>;

type Stuck = z.infer<typeof Stuck>;

async function release<T>(
  database: Database,
  item: ItemName,
  work: (transaction: Executor, stuck: Stuck) => Promise<T | NotReleased>,
): Promise<T | NotReleased> {
  return database.transaction(async (transaction): Promise<T | NotReleased> => {
    // Before the item: whoever clears the run holds its lock, too, and then looks whether the item is still the run's.
    const [run] = await transaction.run(LOCK_RUN, [item.sensorId, item.key]);
    const [row] = await transaction.run(LOCK, [item.sensorId, item.key]);
    if (run === undefined || row === undefined) return ofRecord(transaction, item);
    const stuck = Stuck.parse(row);
    const refusal = stuck.runId === run['id'] ? refusalOf(item, stuck) : overtaken(item, stuck);
    return refusal === undefined ? work(transaction, stuck) : { kind: 'refused', reason: refusal };
  });
}

/** The window is the handle of a pipeline's item. */
async function ofRecord(transaction: Executor, { sensorId, key }: ItemName): Promise<NotReleased> {
  const [row] = await transaction.run(RECORD, [sensorId, key]);
  const record = row?.['recordId'];
  if (typeof record !== 'number') return { kind: 'not_found' };
  return {
    kind: 'refused',
    reason: `The item "${key}" of ${sensorId} is the window of record ${record}. Run that again: windrow records rerun ${record}, or give it up: windrow records skip ${record} --reason …`,
  };
}

function refusalOf({ sensorId, key }: ItemName, { state, runId }: Stuck): string | undefined {
  switch (state) {
    case 'failed':
    case 'cancelled':
      return undefined;
    case 'success':
      return `The item "${key}" of ${sensorId} has succeeded with run ${runId}. Start its dag by hand to run it again.`;
    case 'queued':
    case 'running':
      return `The item "${key}" of ${sensorId} has the open run ${runId}. Wait for its end, or cancel it: windrow runs cancel ${runId}.`;
  }
}

function overtaken({ sensorId, key }: ItemName, { runId }: Stuck): string {
  return `The item "${key}" of ${sensorId} has got run ${runId} just now. Wait for its end.`;
}

const LOCK_RUN = {
  text: `
select r.id
from sensor_item i
join dag_run r on r.id = i.run_id
where i.sensor_id = $1 and i.key = $2
for update of r`,
};

const LOCK = {
  text: `
select s.dag_id as "dagId", r.id as "runId", r.state, r.params
from sensor_item i
join sensor s on s.id = i.sensor_id
join dag_run r on r.id = i.run_id
where i.sensor_id = $1 and i.key = $2
for update of i`,
};

const SET_RUN = { text: 'update sensor_item set run_id = $3, skipped_reason = null where sensor_id = $1 and key = $2' };
const SKIP = { text: 'update sensor_item set skipped_reason = $3 where sensor_id = $1 and key = $2' };

const RECORD = { text: 'select record_id as "recordId" from sensor_item where sensor_id = $1 and key = $2' };

// Only what the sensor's code has returned, so that no slip of the pen becomes known for ever.
const IS_UNSTARTED = `id = $1 and failures > 0 and last_error -> 'details' ->> 'key' = $2`;
const UNSTARTED = { text: `select id from sensor where ${IS_UNSTARTED}` };
const SKIP_UNSTARTED = {
  text: `
with skipped as (
  insert into sensor_item (sensor_id, key, skipped_reason)
  select id, $2, $3
  from sensor
  where ${IS_UNSTARTED}
  on conflict do nothing
  returning sensor_id
),
released as (
  update sensor s
  set next_poll_at = null, failures = 0
  from skipped
  where s.id = skipped.sensor_id
  returning s.id, s.dag_id
)
insert into event (kind, dag_id, details)
select 'sensor_item_skipped', dag_id, jsonb_build_object('sensor', id, 'key', $2::text, 'reason', $3::text, 'by', $4::text)
from released
returning dag_id as "dagId"`,
};

const Unstarted = z.object({ dagId: z.string().transform(dagId) });
const Stuck = z.object({
  dagId: z.string().transform(dagId),
  runId: RunIdColumn,
  state: RunStateColumn,
  params: z.custom<Readonly<Record<string, Json>>>((value) => typeof value === 'object' && value !== null),
});
