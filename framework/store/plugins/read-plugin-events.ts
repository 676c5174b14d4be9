import { z } from 'zod';

import { Bug } from '../../core/failures.ts';
import { dagId, recordId } from '../../core/ids.ts';
import { DRIFT_DECISIONS } from '../../core/schema-drift.ts';
import type { PluginEvent } from '../../plugin/plugin-event.ts';
import { PHASES } from '../../record/phase.ts';
import { RECORD_STATUSES } from '../../record/record.ts';
import type { Database } from '../database.ts';
import { InstantColumn, RunIdColumn, TaskIdColumn } from '../runs/run-rows.ts';
import { windowOf } from '../views/view-rows.ts';

export interface PluginEvents {
  readonly events: readonly PluginEvent[];
  /** The id up to which everything was read, hooks or not. */
  readonly readTo: number;
}

export interface EventStretch {
  readonly plugin: string;
  readonly from: number;
  readonly to: number;
  /** Only what these hooks hear. */
  readonly hooks: readonly string[];
}

const AT_MOST = 200;

/** The events after `from` and up to `to`, oldest first, as many as one look takes. */
export async function readPluginEvents(
  database: Database,
  { plugin, from, to, hooks }: EventStretch,
): Promise<PluginEvents> {
  const rows = await database.run(READ, [from, to, AT_MOST, hooks, plugin]);
  const events = rows.map((row) => EventRow.parse(row));
  return { events, readTo: rows.length < AT_MOST ? to : (events.at(-1)?.id ?? to) };
}

// Ids of both tables come from one sequence, so each half brings as many as could be among the first.
const READ = {
  name: 'plugin_events',
  text: `
with told as (
  (
    select e.id, e.at, k.hook as kind, e.dag_id, e.run_id, e.task_id, e.record_id, e.details, substr(e.kind, k.prefix) as state,
      (e.details ->> 'attempt')::integer as attempt, (e.details ->> 'mapIndex')::integer as map_index,
      (e.details ->> 'fence')::bigint as fence, null as outcome, e.details ->> 'reason' as reason, p.load_receipt as output, null::jsonb as notes,
      p.window_start_time, p.window_end_time, p.window_zone
    from event e
    join (values ('run_running', 'runStarted', 5), ('run_success', 'runFinished', 5), ('run_failed', 'runFinished', 5),
      ('run_cancelled', 'runFinished', 5), ('task_started', 'taskStarted', 6), ('task_up_for_retry', 'taskRetried', 6),
      ('task_skipped', 'taskSkipped', 6), ('task_upstream_failed', 'taskSkipped', 6), ('record_changed', 'recordStateChanged', 8),
      ('schema_drift', 'schemaDrift', 8)) as k (kind, hook, prefix) on k.kind = e.kind
    left join pipeline_records p on p.id = e.record_id and k.hook = 'recordStateChanged'
    where e.id > $1 and e.id <= $2 and k.hook = any ($4) and (k.hook <> 'recordStateChanged' or p.id is not null)
    order by e.id
    limit $3
  )
  union all
  (
    select a.id, a.ended_at, 'taskFinished', null, a.run_id, a.task_id, null, '{}', null, a.attempt,
      case when t.map_total is not null then a.map_index end, a.fence, a.outcome, coalesce(a.reason, a.failure ->> 'message'),
      case when a.outcome = 'success' then t.output end, a.notes, null, null, null
    from task_attempt a
    left join task_instance t on t.run_id = a.run_id and t.task_id = a.task_id and t.map_index = a.map_index
    where a.id > $1 and a.id <= $2 and 'taskFinished' = any ($4) and a.outcome <> 'map'
    order by a.id
    limit $3
  )
)
select e.id, e.at, e.kind, coalesce(r.dag_id, e.dag_id) as "dagId", e.run_id as "runId", coalesce(r.record_id, e.record_id) as "recordId",
  coalesce(r.window_start, e.window_start_time) as "windowStart", coalesce(r.window_end, e.window_end_time) as "windowEnd",
  coalesce(r.window_zone, e.window_zone) as "windowZone", e.task_id as "taskId", e.map_index as "mapIndex",
  coalesce(e.attempt, 0) as attempt, coalesce(e.fence, 0) as fence, e.outcome, e.state, e.reason, e.output,
  coalesce((select jsonb_agg(n -> 'facts' order by place) from jsonb_array_elements(e.notes) with ordinality as noted (n, place)
    where n ->> 'plugin' = $5), '[]') as notes,
  e.details ->> 'code' as code, e.details -> 'from' as "from", e.details -> 'to' as "to", e.details -> 'changes' as changes, e.output as receipt
from told e
left join dag_run r on r.id = e.run_id
order by e.id
limit $3`,
};

const Happened = z.object({
  id: z.number(),
  at: InstantColumn,
  dagId: z.string().transform(dagId),
  windowStart: InstantColumn.nullable(),
  windowEnd: InstantColumn.nullable(),
  windowZone: z.string().nullable(),
});

const RecordIdColumn = z.number().transform(recordId);
const OfRun = Happened.extend({ runId: RunIdColumn, recordId: RecordIdColumn.nullable() });
const OfTask = OfRun.extend({ taskId: TaskIdColumn, mapIndex: z.number().nullable(), attempt: z.number() });
const Reason = z.string().nullable();
const RecordState = z.object({ status: z.enum(RECORD_STATUSES), phase: z.enum(PHASES).nullable() });
const Drift = z.object({
  table: z.string(),
  column: z.string().exactOptional(),
  change: z.string(),
  sentence: z.string(),
  // An event that was written before contracts existed says nothing.
  decision: z.enum(DRIFT_DECISIONS).default('applied'),
  typeBefore: z.string().exactOptional(),
  typeAfter: z.string().exactOptional(),
});

const EventRow = z
  .discriminatedUnion('kind', [
    OfRun.extend({ kind: z.literal('runStarted') }),
    OfRun.extend({ kind: z.literal('runFinished'), state: z.enum(['success', 'failed', 'cancelled']) }),
    OfTask.extend({ kind: z.literal('taskStarted'), fence: z.number() }),
    OfTask.extend({ kind: z.literal('taskRetried'), reason: Reason, code: z.string().nullable() }),
    OfTask.extend({ kind: z.literal('taskSkipped'), state: z.enum(['skipped', 'upstream_failed']), reason: Reason }),
    OfTask.extend({
      kind: z.literal('taskFinished'),
      fence: z.number(),
      outcome: z.enum(['success', 'skip', 'defer', 'fail', 'cancelled', 'lost', 'handed_back']),
      reason: Reason,
      output: z.json().nullable(),
      notes: z.array(z.json()),
    }),
    Happened.extend({
      kind: z.literal('recordStateChanged'),
      recordId: RecordIdColumn,
      runId: RunIdColumn.nullable(),
      from: RecordState,
      to: RecordState,
      receipt: z.json().nullable(),
    }),
    OfRun.extend({ kind: z.literal('schemaDrift'), recordId: RecordIdColumn, changes: z.array(Drift) }),
  ])
  .transform((row): PluginEvent => {
    const { windowStart, windowEnd, windowZone, ...event } = row;
    const window = windowOf({ windowStart, windowEnd, windowZone });
    if (event.kind !== 'recordStateChanged') return { ...event, window };
    if (window === null) throw new Bug('E_RECORD_WITHOUT_WINDOW', `Record ${event.recordId} has no window.`);
    return { ...event, window };
  });
