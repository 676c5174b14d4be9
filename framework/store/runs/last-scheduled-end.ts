import { z } from 'zod';

import type { Temporal } from '../../core/time.ts';
import type { Executor } from '../database.ts';
import { InstantColumn } from './run-rows.ts';

/** The end of the newest window that a dag without records was scheduled for. */
export async function findLastScheduledEnd(executor: Executor, dagId: string): Promise<Temporal.Instant | undefined> {
  const [row] = await executor.run(LAST, [dagId]);
  return z.object({ last: InstantColumn.nullable() }).parse(row).last ?? undefined;
}

// Scheduled windows do not lie over each other, so the one that began last ends last; its index finds it among any number of runs.
const LAST = {
  name: 'last_scheduled_end',
  text: `
select (
  select window_end
  from dag_run
  where dag_id = $1 and kind = 'scheduled' and record_id is null
  order by window_start desc
  limit 1
) as last`,
};
