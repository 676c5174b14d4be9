import type { Windrow } from '#framework/operate';

/** What a busy team does in some years. */
const DEEDS = 100_000;
/** As many tries as tell how long tasks wait, and more. */
const TRIES = 5000;

/** Deeds in the audit log, of a hundred people to all dags and runs, and tries of tasks that waited for a worker. */
export async function fillDeeds({ store: { database } }: Windrow): Promise<void> {
  await database.run({ text: AUDIT, patient: true }, [DEEDS]);
  await database.run({ text: BEGAN, patient: true }, [TRIES]);
  await database.run({ text: ATTEMPTS, patient: true }, [TRIES]);
}

const AUDIT = `
insert into audit_log (at, actor, action, dag_id, run_id, details)
select now() - ($1::integer - n) * interval '10 minutes', 'person_' || n % 100, (array['run_triggered', 'record_rerun', 'dag_paused'])[1 + n % 3],
  'dag_' || n % 200, n, '{}'
from generate_series(1, $1::integer) n`;

const BEGAN = `
update task_instance set dispatched_at = started_at - run_id % 50 * interval '1 ms'
where run_id > (select max(id) - $1::integer from dag_run)`;

const ATTEMPTS = `
insert into task_attempt (run_id, task_id, map_index, attempt, fence, outcome, started_at)
select run_id, task_id, map_index, 1, 1, 'success', started_at
from task_instance
where run_id > (select max(id) - $1::integer from dag_run)
limit $1::integer`;
