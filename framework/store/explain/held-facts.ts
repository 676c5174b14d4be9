import { z } from 'zod';

import { Temporal } from '../../core/time.ts';
import { HOLDS_SLOTS, TOKENS, usedSlots } from '../runs/pool-use.ts';
import { PREVIOUS_ENDED_WELL } from '../runs/previous-window.ts';

/** Joins what keeps a held task `t` of run `r` back; `$4` is the most that is counted. */
export const WITH_LIMITS = `
left join lateral (
  select jsonb_build_object('slots', p.slots, 'used', holding.used, 'rateStarts', p.rate_starts, 'ratePerMs', p.rate_per_ms,
    'tokens', ${TOKENS}, 'holders', holding.holders) as limits
  from pool p
  cross join lateral (
    select ${usedSlots('p.slots')} as used,
      coalesce(jsonb_agg(jsonb_build_object('run', h.run_id, 'task', h.task_id, 'instance', case when h.map_total is not null then h.map_index end,
        'slots', h.slots) order by h.run_id, h.task_id, h.map_index)
        filter (where h.place <= 20), '[]') as holders
    from (
      select h.run_id, h.task_id, h.map_index, h.map_total, h.slots, row_number() over () as place
      from task_instance h
      where h.pool = p.name and ${HOLDS_SLOTS}
    ) h
  ) holding
  where p.name = t.pool and t.state = 'scheduled'
) limits on true
left join lateral (
  select case when r.record_id is null then (
    select jsonb_build_object('run', p.id, 'record', null, 'state', p.state,
      'stands', case p.state when 'running' then 'runs' when 'queued' then 'waits' else 'ended' end, 'isFull', active.is_full, 'neverStarted', case
      when p.ended_at is not null and not exists (select from task_instance d where d.run_id = p.id)
      then jsonb_build_object('dag', p.dag_id, 'start', p.window_start, 'end', p.window_end, 'zone', p.window_zone) end)
    from dag_run p
    where p.dag_id = r.dag_id and p.window_end <= r.window_start and p.kind <> 'test'
    order by p.window_end desc, p.id desc
    limit 1
  ) else (
    select jsonb_build_object('run', null, 'record', q.id, 'state', q.pipeline_status, 'stands', case
        when open.state = 'running' then 'runs'
        when open.state = 'queued' or q.pipeline_status = 'PENDING' then 'waits'
        when q.pipeline_status = 'IN_PROGRESS' then 'runs'
        else 'ended' end,
      'isFull', active.is_full, 'neverStarted', null)
    from pipeline_records q
    left join dag_run open on open.record_id = q.id and open.state in ('queued', 'running')
    where q.pipeline_id = r.dag_id and q.window_start_time < r.window_start and q.window_end_time <= r.window_start
    order by q.window_start_time desc, q.id desc
    limit 1
  ) end as previous
  from (
    select count(a.id) >= d.max_active_runs as is_full
    from dag d
    left join dag_run a on a.dag_id = d.id and a.state = 'running'
    where d.id = r.dag_id and t.after_previous and t.state = 'scheduled'
    group by d.id
  ) active
  where t.after_previous and t.state = 'scheduled' and not ${PREVIOUS_ENDED_WELL}
) before on true
cross join lateral (
  select count(*) as ahead
  from (
    select 1
    from task_instance o
    where o.pool = t.pool and o.state = 'scheduled' and t.state = 'scheduled'
      and (o.priority, coalesce(o.window_start, 'infinity'), o.run_id, o.task_id, o.map_index)
        < (t.priority, coalesce(t.window_start, 'infinity'), t.run_id, t.task_id, t.map_index)
    limit $4
  ) o
) held`;

const Moment = z.string().transform((text) => Temporal.Instant.from(text));

export const LimitColumns = {
  slots: z.number(),
  limits: z
    .object({
      slots: z.number(),
      used: z.number(),
      rateStarts: z.number().nullable(),
      ratePerMs: z.number().nullable(),
      tokens: z.number(),
      holders: z.array(
        z.object({ run: z.number(), task: z.string(), instance: z.number().nullable(), slots: z.number() }),
      ),
    })
    .nullable(),
  previous: z
    .object({
      run: z.number().nullable(),
      record: z.number().nullable(),
      state: z.string(),
      stands: z.enum(['waits', 'runs', 'ended']),
      isFull: z.boolean(),
      neverStarted: z.object({ dag: z.string(), start: Moment, end: Moment, zone: z.string() }).nullable(),
    })
    .nullable(),
  heldAhead: z.number(),
};
