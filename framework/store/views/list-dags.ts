import type { Executor } from '../database.ts';
import { type DagSummary, SUMMARY_COLUMNS, SUMMARY_FROM, SummaryColumns, dagSummary } from './dag-rows.ts';

export interface DagPage {
  /** Those behind the dag with this id. */
  readonly after?: string;
  readonly limit?: number;
}

/** Every dag that the database knows, by name. */
export async function listDags(
  database: Executor,
  { after = '', limit }: DagPage = {},
): Promise<readonly DagSummary[]> {
  const rows = await database.run(LIST, [after, limit ?? null]);
  return rows.map((row) => dagSummary(SummaryColumns.parse(row)));
}

const LIST = {
  name: 'list_dags',
  text: `select ${SUMMARY_COLUMNS} ${SUMMARY_FROM} where d.id > $1 order by d.id limit $2`,
};
