import { z } from 'zod';

import type { Executor } from '../database.ts';
import { openFences } from './open-fences.ts';

/** A fence newer than that of every task started so far. */
export async function mintFence(executor: Executor): Promise<number> {
  await openFences(executor);
  const [row] = await executor.run({ text: `select nextval('fence') as fence` });
  return z.object({ fence: z.number() }).parse(row).fence;
}
