import { z } from 'zod';

import type { Executor } from '../database.ts';

/** How many dags the database knows, by whether they are paused. */
export async function countDags(executor: Executor): Promise<{ readonly active: number; readonly paused: number }> {
  const [row] = await executor.run(COUNT);
  return Counts.parse(row);
}

const COUNT = {
  name: 'count_dags',
  text: `select count(*) filter (where not paused) as active, count(*) filter (where paused) as paused from dag`,
};

const Counts = z.object({ active: z.number(), paused: z.number() });
