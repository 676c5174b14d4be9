import type { Dag, Temporal } from '#framework';
import type { Windrow } from '#framework/operate';

interface Filling {
  readonly dag: Dag;
  readonly start: Temporal.Instant;
  readonly minutes: number;
  readonly count: number;
}

/** So many windows of the past stand at the end and wait. */
const PENDING = 5;

/** Windows of a pipeline with a run, its tasks and a change of the schema each; all but the last few are completed. */
export async function fillWindows({ store: { database } }: Windrow, filling: Filling): Promise<void> {
  const { dag, start, minutes, count } = filling;
  await database.run({ text: RECORDS, patient: true }, [dag.id, start.toString(), count, count - PENDING, minutes]);
  await database.run({ text: RUNS, patient: true }, [dag.id]);
  await database.run({ text: TASKS, patient: true }, [dag.graph.tasks.map(({ id }) => id), dag.id]);
  await database.run({ text: DRIFT, patient: true }, [dag.id]);
}

const RECORDS = `
insert into pipeline_records (pipeline_id, target_day, window_start_time, window_end_time, window_zone, time_interval,
  pipeline_status, phase_completed)
select $1, (w at time zone 'UTC')::date, w, w + $5::integer * interval '1 minute', 'UTC', ($5::integer)::text || 'm',
  case when n < $4::integer then 'COMPLETED' else 'PENDING' end, case when n < $4::integer then 'AUDIT' end
from generate_series(0, $3::integer - 1) as n (n),
  lateral (select $2::timestamptz + n * $5::integer * interval '1 minute' as w) at`;

const RUNS = `
insert into dag_run (dag_id, graph_hash, kind, state, priority, window_start, window_end, window_zone, record_id, started_at, ended_at)
select p.pipeline_id, d.graph_hash, 'scheduled', 'success', 1, p.window_start_time, p.window_end_time, 'UTC', p.id, now(), now()
from pipeline_records p
join dag d on d.id = p.pipeline_id
where p.pipeline_id = $1 and p.pipeline_status = 'COMPLETED'
order by p.id`;

const TASKS = `
insert into task_instance (run_id, task_id, state, seq, attempt, pool, priority, upstream_total, started_at, ended_at)
select r.id, t, 'success', 1, 1, 'default', 1, 1, now(), now()
from dag_run r, unnest($1::text[]) t
where r.dag_id = $2`;

const DRIFT = `
insert into schema_drift (at, pipeline_id, record_id, table_name, column_name, change, type_after, decision, sentence)
select window_end_time, pipeline_id, id, 'table_' || id % 100, 'column_' || id, 'add_column', 'varchar(16)', 'applied', 'Added a column.'
from pipeline_records
where pipeline_id = $1 and pipeline_status = 'COMPLETED'
order by id`;
