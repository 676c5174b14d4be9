import type { RunState } from '../../run/run-state.ts';
import type { Executor } from '../database.ts';
import { RUN_COLUMNS, RunColumns, type RunSummary, runSummary } from './run-summary.ts';
import type { Page } from './view-rows.ts';

export interface RunFilter extends Page {
  readonly dagId?: string;
  readonly state?: RunState;
  readonly recordId?: number;
}

/** Newest first. */
export async function listRuns(database: Executor, filter: RunFilter): Promise<readonly RunSummary[]> {
  const { dagId, state, recordId, limit, before } = filter;
  const rows = await database.run(LIST, [dagId ?? null, state ?? null, recordId ?? null, before ?? null, limit]);
  return rows.map((row) => runSummary(RunColumns.parse(row)));
}

// Without a name: a plan that fits every combination of filters would fit none.
const LIST = {
  text: `
select ${RUN_COLUMNS}
from dag_run r
where ($1::text is null or r.dag_id = $1)
  and ($2::text is null or r.state = $2)
  and ($3::bigint is null or r.record_id = $3)
  and ($4::bigint is null or r.id < $4)
order by r.id desc
limit $5`,
};
