import { z } from 'zod';

import { dagId, recordId } from '../../core/ids.ts';
import type { PluginEvent } from '../../plugin/plugin-event.ts';
import type { Database } from '../database.ts';
import { InstantColumn, RunIdColumn, TaskIdColumn } from '../runs/run-rows.ts';
import { windowOf } from '../views/view-rows.ts';
import type { Stream } from './settled-rows.ts';

export interface PluginEvents {
  readonly events: readonly PluginEvent[];
  /** The id up to which everything was read, hooks or not. */
  readonly readTo: number;
}

const AT_MOST = 200;

/** The events after `from` and up to `to`, oldest first, as many as one look takes. */
export async function readPluginEvents(
  database: Database,
  stream: Stream,
  { from, to }: { readonly from: number; readonly to: number },
): Promise<PluginEvents> {
  const rows = await database.run(READ[stream], [from, to, AT_MOST]);
  const events = rows.map((row) => EventRow.parse(row));
  return { events, readTo: rows.length < AT_MOST ? to : (events.at(-1)?.id ?? to) };
}

const OF_RUN = `r.dag_id as "dagId", r.id as "runId", r.record_id as "recordId", r.window_start as "windowStart",
  r.window_end as "windowEnd", r.window_zone as "windowZone"`;

const READ = {
  event: {
    name: 'plugin_events',
    text: `
select e.id, e.at, k.hook as kind, ${OF_RUN}, e.task_id as "taskId", substr(e.kind, k.prefix) as state,
  coalesce((e.details ->> 'attempt')::integer, 0) as attempt, e.details ->> 'reason' as reason, e.details ->> 'code' as code
from event e
join (values ('run_running', 'runStarted', 5), ('run_success', 'runFinished', 5), ('run_failed', 'runFinished', 5),
  ('run_cancelled', 'runFinished', 5), ('task_up_for_retry', 'taskRetried', 6), ('task_skipped', 'taskSkipped', 6),
  ('task_upstream_failed', 'taskSkipped', 6)) as k (kind, hook, prefix) on k.kind = e.kind
join dag_run r on r.id = e.run_id
where e.id > $1 and e.id <= $2
order by e.id
limit $3`,
  },
  attempt: {
    name: 'plugin_attempts',
    text: `
select a.id, a.ended_at as at, 'taskFinished' as kind, ${OF_RUN}, a.task_id as "taskId", a.attempt, a.reason, a.outcome, t.output
from task_attempt a
join dag_run r on r.id = a.run_id
left join task_instance t on t.run_id = a.run_id and t.task_id = a.task_id and t.map_index = a.map_index
where a.id > $1 and a.id <= $2
order by a.id
limit $3`,
  },
};

const OfRun = z.object({
  id: z.number(),
  at: InstantColumn,
  dagId: z.string().transform(dagId),
  runId: RunIdColumn,
  recordId: z.number().transform(recordId).nullable(),
  windowStart: InstantColumn.nullable(),
  windowEnd: InstantColumn.nullable(),
  windowZone: z.string().nullable(),
});

const OfTask = OfRun.extend({ taskId: TaskIdColumn, attempt: z.number(), reason: z.string().nullable() });

const EventRow = z
  .discriminatedUnion('kind', [
    OfRun.extend({ kind: z.literal('runStarted') }),
    OfRun.extend({ kind: z.literal('runFinished'), state: z.enum(['success', 'failed', 'cancelled']) }),
    OfTask.extend({ kind: z.literal('taskRetried'), code: z.string().nullable() }),
    OfTask.extend({ kind: z.literal('taskSkipped'), state: z.enum(['skipped', 'upstream_failed']) }),
    OfTask.extend({
      kind: z.literal('taskFinished'),
      outcome: z.enum(['success', 'skip', 'defer', 'fail', 'cancelled', 'lost', 'handed_back']),
      output: z.json().nullable(),
    }),
  ])
  .transform(({ windowStart, windowEnd, windowZone, ...event }): PluginEvent => ({
    ...event,
    window: windowOf({ windowStart, windowEnd, windowZone }),
  }));
