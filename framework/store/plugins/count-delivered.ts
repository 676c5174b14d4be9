import { z } from 'zod';

import type { Executor } from '../database.ts';

/** How much was delivered to all plugins so far; what their hooks wrote of it is there. */
export async function countDelivered(executor: Executor): Promise<number> {
  const [row] = await executor.run(COUNT);
  return DeliveredRow.parse(row).delivered;
}

const COUNT = {
  name: 'count_delivered',
  text: 'select coalesce(sum(delivered), 0)::bigint as delivered from plugin',
};

const DeliveredRow = z.object({ delivered: z.number() });
