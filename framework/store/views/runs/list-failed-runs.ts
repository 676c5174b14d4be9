import type { Temporal } from '../../../core/time.ts';
import type { Executor } from '../../database.ts';
import { RUN_COLUMNS, RunColumns, type RunSummary, runSummary } from './run-summary.ts';

/** Runs without a record that were made since a moment and failed, newest first; of a record its own state tells. */
export async function listFailedRuns(
  executor: Executor,
  { since, limit }: { readonly since: Temporal.Instant; readonly limit: number },
): Promise<readonly RunSummary[]> {
  const rows = await executor.run(FAILED, [since.toString(), limit]);
  return rows.map((row) => runSummary(RunColumns.parse(row)));
}

const FAILED = {
  name: 'failed_runs',
  text: `
select ${RUN_COLUMNS}
from dag_run r
where r.state = 'failed' and r.record_id is null and r.created_at >= $1::timestamptz
order by r.id desc
limit $2`,
};
