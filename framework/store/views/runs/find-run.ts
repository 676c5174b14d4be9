import type { Executor } from '../../database.ts';
import { RUN_COLUMNS, RunColumns, type RunSummary, runSummary } from './run-summary.ts';

/** A run without its tasks: cheap enough to ask often. */
export async function findRun(database: Executor, runId: number): Promise<RunSummary | undefined> {
  const [row] = await database.run(FIND, [runId]);
  return row === undefined ? undefined : runSummary(RunColumns.parse(row));
}

const FIND = { name: 'find_run', text: `select ${RUN_COLUMNS} from dag_run r where r.id = $1` };
