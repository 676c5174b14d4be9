import type { Executor } from '../database.ts';

/** Brings the windows of a dag's backfills whose runs have ended to their states. */
export async function followBackfills(executor: Executor, dagId: string): Promise<void> {
  await executor.run(FOLLOW, [dagId]);
}

/** Closes the backfills of a dag whose windows have all ended. */
export async function closeBackfills(executor: Executor, dagId: string): Promise<void> {
  await executor.run(CLOSE, [dagId]);
}

// A run of a pipeline may end well without its record, for example where the record was locked: that window is not done. One
// that took too long may leave a record that was completed all the same: that window is.
const FOLLOW = {
  name: 'follow_backfills',
  text: `
update backfill_window w set
  state = case
    when not ended.incomplete then 'success'
    when ended.state = 'success' and ended.incomplete then 'failed'
    when ended.state in ('success', 'cancelled') then ended.state
    else 'failed' end,
  reason = case when ended.state = 'success' and ended.incomplete then 'its run ended without completing its record' end
from (
  select a.backfill_id, a.position, r.state, p.pipeline_status <> 'COMPLETED' as incomplete
  from backfill b
  join backfill_window a on a.backfill_id = b.id and a.state = 'active'
  left join dag_run r on r.id = a.run_id
  left join pipeline_records p on p.id = a.record_id
  where b.dag_id = $1 and b.ended_at is null and (r.id is null or r.state in ('success', 'failed', 'cancelled'))
  order by a.backfill_id, a.position
  for update of a skip locked
) ended
where w.backfill_id = ended.backfill_id and w.position = ended.position and w.state = 'active'`,
};

const CLOSE = {
  name: 'close_backfills',
  text: `
with ended as (
  update backfill b set
    ended_at = now(),
    state = case
      when b.state = 'cancelled' then 'cancelled'
      when exists (select 1 from backfill_window w where w.backfill_id = b.id and w.state in ('failed', 'cancelled')) then 'failed'
      else 'completed' end
  where b.dag_id = $1 and b.ended_at is null
    and not exists (select 1 from backfill_window w where w.backfill_id = b.id and w.state in ('pending', 'active'))
  returning b.id, b.dag_id, b.state
)
insert into event (kind, dag_id, details)
select 'backfill_ended', dag_id, jsonb_build_object('backfill', id, 'state', state)
from ended`,
};
