import { z } from 'zod';

import type { Temporal } from '../../core/time.ts';
import type { Executor } from '../database.ts';
import { InstantColumn } from './run-rows.ts';

/** The end of the newest window that a dag without records was scheduled for. */
export async function findLastScheduledEnd(executor: Executor, dagId: string): Promise<Temporal.Instant | undefined> {
  const [row] = await executor.run(LAST, [dagId]);
  return z.object({ last: InstantColumn.nullable() }).parse(row).last ?? undefined;
}

const LAST = {
  name: 'last_scheduled_end',
  text: `select max(window_end) as last from dag_run where dag_id = $1 and kind = 'scheduled'`,
};
