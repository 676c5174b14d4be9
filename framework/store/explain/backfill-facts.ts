import { z } from 'zod';

import type { Window } from '../../core/window.ts';
import { BACKFILL_STATES } from '../../record/backfill-plan.ts';
import { RECORD_STATUSES } from '../../record/record.ts';
import type { BackfillFacts } from '../../run/explain/explain-backfill.ts';
import { MOST_COUNTED } from '../../run/explain/reason.ts';
import type { Executor } from '../database.ts';
import { WINDOW_ORDER } from '../records/window-order.ts';
import { MaybeInstant } from '../views/view-rows.ts';
import { SILENCE } from '../workers.ts';
import { SchedulersColumn, withLiveSchedulers } from './live-schedulers.ts';

/** What explains a backfill, with the next window that it is to begin. */
export async function findBackfillFacts(executor: Executor, id: number): Promise<BackfillFacts | undefined> {
  const [row] = await executor.run(BY_ID, [SILENCE, MOST_COUNTED, id]);
  return row === undefined ? undefined : FactsRow.parse(row);
}

/** The oldest open backfill that has yet to begin this window of a pipeline. */
export async function findBackfillOfWindow(
  executor: Executor,
  { pipelineId, window }: { readonly pipelineId: string; readonly window: Window },
): Promise<BackfillFacts | undefined> {
  const values = [SILENCE, MOST_COUNTED, pipelineId, window.start.toString(), window.end.toString()];
  const [row] = await executor.run(BY_WINDOW, values);
  return row === undefined ? undefined : FactsRow.parse(row);
}

const FACTS = `
select b.id, b.dag_id as "dagId", b.state, b.max_active as "maxActive", d.max_active_runs as "maxActiveRuns",
  active.count as active, active.runs as "activeRuns", made.open, live.schedulers,
  w.window_start as "windowStart", w.window_end as "windowEnd", w.window_zone as "windowZone", before.ahead, first.earlier
from chosen c
join backfill b on b.id = c.id
join dag d on d.id = b.dag_id
left join backfill_window w on w.backfill_id = c.id and w.position = c.position
cross join lateral (
  select count(*)::integer as count, coalesce(jsonb_agg(a.run_id order by a.position) filter (where a.place <= 20), '[]') as runs
  from (
    select run_id, position, row_number() over (order by position) as place
    from backfill_window
    where backfill_id = b.id and state = 'active'
  ) a
) active
cross join lateral (
  select count(*)::integer as open
  from dag_run r
  where r.dag_id = b.dag_id and r.state in ('queued', 'running') and r.kind = 'backfill'
) made
cross join lateral (
  select count(*)::integer as ahead
  from (
    select 1
    from backfill_window o
    where o.backfill_id = b.id and o.state = 'pending' and o.position < w.position
    limit $2
  ) o
) before
left join lateral (
  select jsonb_build_object('id', e.id, 'status', e.pipeline_status, 'code', e.error ->> 'code',
    'message', e.error ->> 'message') as earlier
  from pipeline_records e
  where e.pipeline_id = b.dag_id and e.pipeline_status <> 'COMPLETED' and e.window_start_time < w.window_start
    and ${WINDOW_ORDER} = 'strict'
  order by e.window_start_time, e.window_end_time
  limit 1
) first on true
${withLiveSchedulers('b.dag_id', '$1')}`;

const BY_ID = {
  name: 'backfill_facts',
  text: `
with chosen as (
  select b.id, (
    select w.position from backfill_window w where w.backfill_id = b.id and w.state = 'pending' order by w.position limit 1
  ) as position
  from backfill b
  where b.id = $3
)${FACTS}`,
};

const BY_WINDOW = {
  name: 'backfill_facts_of_window',
  text: `
with chosen as (
  select b.id, w.position
  from backfill_window w
  join backfill b on b.id = w.backfill_id
  where w.window_start = $4::timestamptz and w.window_end = $5::timestamptz and w.state = 'pending'
    and b.dag_id = $3 and b.ended_at is null and b.state in ('running', 'paused')
  order by b.id
  limit 1
)${FACTS}`,
};

const FactsRow = z
  .object({
    id: z.number(),
    dagId: z.string(),
    state: z.enum(BACKFILL_STATES),
    maxActive: z.number(),
    maxActiveRuns: z.number(),
    active: z.number(),
    activeRuns: z.array(z.number()),
    open: z.number(),
    windowStart: MaybeInstant,
    windowEnd: MaybeInstant,
    windowZone: z.string().nullable(),
    ahead: z.number(),
    earlier: z
      .object({
        id: z.number(),
        status: z.enum(RECORD_STATUSES),
        code: z.string().nullable(),
        message: z.string().nullable(),
      })
      .nullable(),
    schedulers: SchedulersColumn,
  })
  .transform(({ windowStart: start, windowEnd: end, windowZone: zone, ahead, earlier, ...facts }): BackfillFacts => ({
    ...facts,
    pending: start === null || end === null || zone === null ? null : { window: { start, end, zone }, ahead, earlier },
  }));
