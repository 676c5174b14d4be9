import { z } from 'zod';

import type { FailureRecord } from '../../core/failures.ts';
import { type DagId, type RecordId, type RunId, dagId, recordId } from '../../core/ids.ts';
import type { Json } from '../../core/json.ts';
import type { Temporal } from '../../core/time.ts';
import { ORDERS, type Order } from '../../dag/schedule/schedule.ts';
import { RECORD_STATUSES, type RecordStatus } from '../../record/record.ts';
import type { RunState } from '../../run/run-state.ts';
import type { Executor } from '../database.ts';
import { RunIdColumn, RunStateColumn } from '../runs/run-rows.ts';
import { MaybeFailure, MaybeInstant } from './view-rows.ts';

export interface SensorView {
  readonly id: string;
  readonly dagId: DagId;
  readonly order: Order;
  readonly everyMs: number;
  readonly paused: boolean;
  /** Since when no project that started here names it: nobody polls it. */
  readonly removedAt: Temporal.Instant | null;
  /** Null before the first poll and after a reset. */
  readonly cursor: Json;
  readonly lastPollAt: Temporal.Instant | null;
  /** Null: at once. */
  readonly nextPollAt: Temporal.Instant | null;
  /** Polls in a row that failed; the last error may be of an earlier time. */
  readonly failures: number;
  readonly lastError: FailureRecord | null;
  readonly lastErrorAt: Temporal.Instant | null;
  /** Items whose run has not started yet; of a pipeline, windows that wait for a run. */
  readonly waitingItems: number;
  /** In strict order: the failed or cancelled item that the waiting ones are held back by. */
  readonly heldBy: HoldingItem | null;
}

export type HoldingItem =
  | { readonly kind: 'run'; readonly key: string; readonly runId: RunId; readonly state: RunState }
  /** Of a pipeline. Without a key: somebody made the window by hand. */
  | {
      readonly kind: 'record';
      readonly key: string | null;
      readonly recordId: RecordId;
      readonly status: RecordStatus;
    };

/** Every sensor that the database knows, by name. */
export async function listSensors(database: Executor): Promise<readonly SensorView[]> {
  const rows = await database.run(LIST, [null]);
  return rows.map(sensorView);
}

export async function findSensor(database: Executor, id: string): Promise<SensorView | undefined> {
  const [row] = await database.run(LIST, [id]);
  return row === undefined ? undefined : sensorView(row);
}

function sensorView(row: unknown): SensorView {
  const { heldKey, heldRunId, heldState, oldest, ...sensor } = Columns.parse(row);
  const run = holdingRun(heldKey, heldRunId, heldState);
  const isHolding = oldest?.status === 'FAILED' || oldest?.status === 'CANCELLED';
  return { ...sensor, heldBy: run ?? (isHolding ? { kind: 'record', ...oldest } : null) };
}

function holdingRun(key: string | null, runId: RunId | null, state: RunState | null): HoldingItem | null {
  if (key === null || runId === null) return null;
  return state === 'failed' || state === 'cancelled' ? { kind: 'run', key, runId, state } : null;
}

const LIST = {
  text: `
select s.id, s.dag_id as "dagId", s.item_order as "order", s.every_ms as "everyMs", s.paused, s.removed_at as "removedAt", s.cursor,
  s.last_poll_at as "lastPollAt", s.next_poll_at as "nextPollAt", s.failures, s.last_error as "lastError",
  s.last_error_at as "lastErrorAt", waiting.count + pending.count as "waitingItems", held.key as "heldKey", held.run_id as "heldRunId",
  held.state as "heldState", oldest.record as oldest
from sensor s
cross join lateral (
  select count(*)::integer as count, min(i.position) as first
  from dag_run r
  join sensor_item i on i.run_id = r.id and i.sensor_id = s.id
  where r.dag_id = s.dag_id and r.state = 'queued' and r.kind = 'sensor'
) waiting
cross join lateral (
  select count(*)::integer as count
  from pipeline_records p
  join sensor_item i on i.record_id = p.id and i.sensor_id = s.id
  where p.pipeline_id = s.dag_id and p.pipeline_status = 'PENDING'
    and not exists (select from dag_run r where r.record_id = p.id and r.state = 'running')
) pending
left join lateral (
  select e.key, e.run_id, before.state
  from sensor_item e
  join dag_run before on before.id = e.run_id
  where s.item_order = 'strict' and e.sensor_id = s.id and e.position < waiting.first and e.skipped_reason is null
  order by e.position desc
  limit 1
) held on true
left join lateral (
  select jsonb_build_object('recordId', p.id, 'status', p.pipeline_status,
    'key', (select i.key from sensor_item i where i.record_id = p.id)) as record
  from pipeline_records p
  where s.item_order = 'strict' and pending.count > 0 and p.pipeline_id = s.dag_id and p.pipeline_status <> 'COMPLETED'
  order by p.window_start_time, p.window_end_time
  limit 1
) oldest on true
where $1::text is null or s.id = $1
order by s.id`,
};

const Columns = z.object({
  id: z.string(),
  dagId: z.string().transform(dagId),
  order: z.enum(ORDERS),
  everyMs: z.number(),
  paused: z.boolean(),
  removedAt: MaybeInstant,
  cursor: z.json(),
  lastPollAt: MaybeInstant,
  nextPollAt: MaybeInstant,
  failures: z.number(),
  lastError: MaybeFailure,
  lastErrorAt: MaybeInstant,
  waitingItems: z.number(),
  heldKey: z.string().nullable(),
  heldRunId: RunIdColumn.nullable(),
  heldState: RunStateColumn.nullable(),
  oldest: z
    .object({
      recordId: z.number().transform((id): RecordId => recordId(id)),
      status: z.enum(RECORD_STATUSES),
      key: z.string().nullable(),
    })
    .nullable(),
});
