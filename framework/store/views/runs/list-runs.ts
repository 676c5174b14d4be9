import type { RunState } from '../../../run/run-state.ts';
import type { Executor } from '../../database.ts';
import { buildList } from '../build-list.ts';
import { RUN_COLUMNS, RunColumns, type RunSummary, runSummary } from './run-summary.ts';
import type { Page } from '../view-rows.ts';
import { type WindowRange, beginsWithin } from '../window-range.ts';

export interface RunFilter extends Page, WindowRange {
  readonly dagId?: string;
  readonly state?: RunState;
  readonly recordId?: number;
}

/** Newest first. */
export async function listRuns(database: Executor, filter: RunFilter): Promise<readonly RunSummary[]> {
  const { dagId, state, recordId, limit, before } = filter;
  const { statement, values } = buildList({
    select: `select ${RUN_COLUMNS}\nfrom dag_run r`,
    states: { 'r.state': state },
    moments: beginsWithin('r.window_start', filter),
    filters: { 'r.dag_id =': dagId, 'r.record_id =': recordId, 'r.id <': before },
    id: 'r.id',
    limit,
  });
  const rows = await database.run(statement, values);
  return rows.map((row) => runSummary(RunColumns.parse(row)));
}
