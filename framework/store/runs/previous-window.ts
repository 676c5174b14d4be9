/** Every task instance of that name in the run `p` ended well; a run that has not started, or was never to, has none. */
const ENDED_WELL = `
  exists (select from task_instance d where d.run_id = p.id)
  and not exists (
    select from task_instance d
    where d.run_id = p.id and d.task_id = t.task_id and d.state not in ('success', 'skipped', 'removed')
  )`;

/**
 * Whether task `t` of run `r` may start as far as the window before is concerned: the newest run of the latest window that
 * ends before this one begins, tests of the dag aside; one that was given up counts as well. Of a pipeline: the record before it, which also counts once it is completed. True where
 * there is none.
 */
export const PREVIOUS_ENDED_WELL = `
coalesce(case when r.record_id is null then (
  select p.skip_reason is not null or (${ENDED_WELL})
  from dag_run p
  where p.dag_id = r.dag_id and p.window_end <= r.window_start and p.kind <> 'test'
  order by p.window_end desc, p.id desc
  limit 1
) else (
  select q.pipeline_status = 'COMPLETED' or coalesce((
    select ${ENDED_WELL}
    from dag_run p
    where p.record_id = q.id
    order by p.id desc
    limit 1
  ), false)
  from pipeline_records q
  where q.pipeline_id = r.dag_id and q.window_start_time < r.window_start and q.window_end_time <= r.window_start
  order by q.window_start_time desc, q.id desc
  limit 1
) end, true)`;
