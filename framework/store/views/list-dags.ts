import type { Executor } from '../database.ts';
import { type DagSummary, SUMMARY_COLUMNS, SUMMARY_FROM, SummaryColumns, dagSummary } from './dag-rows.ts';

/** Every dag that the database knows, by name. */
export async function listDags(database: Executor): Promise<readonly DagSummary[]> {
  const rows = await database.run(LIST);
  return rows.map((row) => dagSummary(SummaryColumns.parse(row)));
}

const LIST = { name: 'list_dags', text: `select ${SUMMARY_COLUMNS} ${SUMMARY_FROM} order by d.id` };
