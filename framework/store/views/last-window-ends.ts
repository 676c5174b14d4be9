import { z } from 'zod';

import { type DagId, dagId } from '../../core/ids.ts';
import type { Temporal } from '../../core/time.ts';
import type { Executor } from '../database.ts';
import { InstantColumn } from '../runs/run-rows.ts';

/**
 * The end of the newest window that the schedule of a dag `d` has made: of a pipeline by its records, else by its runs. Both are
 * one look into an index.
 */
export const LAST_WINDOW_END = `
case when d.is_pipeline then (
  select max(window_end_time) from pipeline_records where pipeline_id = d.id and not made_by_backfill
) else (
  select window_end
  from dag_run
  where dag_id = d.id and kind = 'scheduled' and record_id is null
  order by window_start desc
  limit 1
) end`;

/** Where the newest windows of these dags end that their schedules have made; without dags that have none. */
export async function lastWindowEnds(
  executor: Executor,
  dagIds: readonly string[],
): Promise<ReadonlyMap<DagId, Temporal.Instant>> {
  const rows = await executor.run(ENDS, [dagIds]);
  return new Map(
    rows.map((row) => {
      const { id, lastEnd } = Row.parse(row);
      return [id, lastEnd];
    }),
  );
}

const ENDS = {
  name: 'last_window_ends',
  text: `
select id, "lastEnd"
from (select d.id, ${LAST_WINDOW_END} as "lastEnd" from dag d where d.id = any($1::text[]) and d.schedule is not null) ends
where "lastEnd" is not null`,
};

const Row = z.object({ id: z.string().transform(dagId), lastEnd: InstantColumn });
