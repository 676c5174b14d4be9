import { z } from 'zod';

import type { Temporal } from '../../core/time.ts';
import type { Executor } from '../database.ts';
import { InstantColumn } from '../runs/run-rows.ts';

/** The time by which runs are dated; the clock of an installation, which decides on windows, may stand elsewhere. */
export async function databaseNow(executor: Executor): Promise<Temporal.Instant> {
  const [row] = await executor.run(READ);
  return Row.parse(row).now;
}

const READ = { name: 'database_now', text: 'select now()' };

const Row = z.object({ now: InstantColumn });
