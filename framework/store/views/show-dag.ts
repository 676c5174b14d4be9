import { z } from 'zod';

import type { DagGraph } from '../../dag/graph.ts';
import type { Executor } from '../database.ts';
import { type DagSummary, SUMMARY_COLUMNS, SUMMARY_FROM, SummaryColumns, dagSummary } from './dag-rows.ts';

export interface DagDetail extends DagSummary {
  readonly graph: DagGraph;
  readonly maxActiveRuns: number;
}

export async function showDag(database: Executor, dagId: string): Promise<DagDetail | undefined> {
  const [row] = await database.run(SHOW, [dagId]);
  if (row === undefined) return undefined;
  const { graph, maxActiveRuns, ...summary } = DetailRow.parse(row);
  return { ...dagSummary(summary), graph, maxActiveRuns };
}

const SHOW = {
  name: 'show_dag',
  text: `
select ${SUMMARY_COLUMNS}, d.max_active_runs as "maxActiveRuns", version.graph
${SUMMARY_FROM}
join dag_version version on version.hash = d.graph_hash
where d.id = $1`,
};

const DetailRow = SummaryColumns.extend({
  maxActiveRuns: z.number(),
  // Written by `registerDags` from a checked value.
  graph: z.custom<DagGraph>((value) => typeof value === 'object' && value !== null),
});
