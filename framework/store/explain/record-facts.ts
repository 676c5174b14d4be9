import { z } from 'zod';

import { ORDERS } from '../../dag/schedule/schedule.ts';
import { scheduleFromJson } from '../../dag/schedule/schedule-json.ts';
import { RECORD_STATUSES } from '../../record/record.ts';
import type { RecordFacts } from '../../run/explain/explain-record.ts';
import { MOST_COUNTED } from '../../run/explain/reason.ts';
import type { Executor } from '../database.ts';
import { readRecord } from '../records/record-rows.ts';
import { WINDOW_ORDER } from '../records/window-order.ts';
import { InstantColumn, RunStateColumn } from '../runs/run-rows.ts';
import { SILENCE } from '../workers.ts';
import { findBackfillOfWindow } from './backfill-facts.ts';
import { SchedulersColumn, withLiveSchedulers } from './live-schedulers.ts';

export async function findRecordFacts(executor: Executor, id: number): Promise<RecordFacts | undefined> {
  const [row] = await executor.run(FIND, [id, SILENCE, MOST_COUNTED]);
  if (row === undefined) return undefined;
  const { schedule: stored, ...facts } = FactsRow.parse(row);
  const schedule = stored === null ? undefined : scheduleFromJson(stored);
  const record = readRecord(row);
  const backfill = record.pipelineStatus === 'IN_PROGRESS' ? undefined : await findBackfillOfWindow(executor, record);
  return {
    ...facts,
    record,
    backfill: backfill ?? null,
    schedule,
  };
}

// Not completed windows have an index of their own, so that neither question grows with the completed ones.
const FIND = {
  name: 'record_facts',
  text: `
select p.*, d.paused, d.schedule,
  ${WINDOW_ORDER} as "order", bound.run, first.window as earlier, pending.count as "pendingBefore", live.schedulers,
  now() as "leaseNow"
from pipeline_records p
join dag d on d.id = p.pipeline_id
left join lateral (
  select jsonb_build_object('id', r.id, 'state', r.state) as run
  from dag_run r
  where r.record_id = p.id
  order by r.id desc
  limit 1
) bound on true
left join lateral (
  select jsonb_build_object('id', e.id, 'status', e.pipeline_status, 'code', e.error ->> 'code',
    'message', e.error ->> 'message') as window
  from pipeline_records e
  where p.pipeline_status = 'PENDING' and e.pipeline_id = p.pipeline_id and e.pipeline_status <> 'COMPLETED'
    and (e.window_start_time, e.window_end_time) < (p.window_start_time, p.window_end_time)
  order by e.window_start_time, e.window_end_time
  limit 1
) first on true
cross join lateral (
  select count(*) as count
  from (
    select 1
    from pipeline_records o
    where p.pipeline_status = 'PENDING' and o.pipeline_id = p.pipeline_id and o.pipeline_status = 'PENDING'
      and o.window_start_time < p.window_start_time
      and not exists (select 1 from dag_run r where r.record_id = o.id and r.state in ('queued', 'running'))
    limit $3
  ) older
) pending
${withLiveSchedulers('p.pipeline_id', '$2')}
where p.id = $1`,
};

const FactsRow = z.object({
  paused: z.boolean(),
  schedule: z.unknown(),
  order: z.enum(ORDERS),
  run: z.object({ id: z.number(), state: RunStateColumn }).nullable(),
  earlier: z
    .object({
      id: z.number(),
      status: z.enum(RECORD_STATUSES),
      code: z.string().nullable(),
      message: z.string().nullable(),
    })
    .nullable(),
  pendingBefore: z.number(),
  schedulers: SchedulersColumn,
  leaseNow: InstantColumn,
});
