import { z } from 'zod';

import type { Executor } from '../database.ts';
import type { ByWeek } from './partitions.ts';

/** Of an id of an event or an ended try: whether every plugin that is installed has heard it. */
export const heard = (id: string): string =>
  `${id} <= coalesce((select min(position) from installed_plugin), 9223372036854775807)`;

/** Whether plugins hear the rows of a table. */
export const IS_TOLD: Readonly<Record<ByWeek, boolean>> = { event: true, task_log: false, task_attempt: true };

/** Whether a partition of what plugins hear holds something that a plugin has not heard yet. */
export async function hasUnheard(executor: Executor, partition: string): Promise<boolean> {
  const [row] = await executor.run({
    text: `select exists (select from ${partition} e where not ${heard('e.id')}) as unheard`,
  });
  return z.object({ unheard: z.boolean() }).parse(row).unheard;
}
