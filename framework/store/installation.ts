import { z } from 'zod';

import type { Executor } from './database.ts';

/** A short random name that this database got when it was set up. */
export async function readInstallationId(executor: Executor): Promise<string> {
  const [row] = await executor.run({ text: 'select id from installation' });
  return z.object({ id: z.string() }).parse(row).id;
}
