import { randomUUID } from 'node:crypto';

import { type Closable } from '#framework';
import { Queue, Worker } from 'bullmq';
import { Redis } from 'ioredis';
import { z } from 'zod';

export interface RawChains extends Closable {
  /** Starts so many chains at once and waits until each has run all its jobs. */
  readonly run: (chains: number, length: number) => Promise<void>;
}

const Position = z.object({ left: z.number() });

/**
 * Chains of BullMQ jobs on Redis in which each job adds the next one: no history, no joins, no retries. What is left of
 * the cost of a task when nothing is promised.
 */
export async function openRawChains(url: string, concurrency: number, worked: () => void): Promise<RawChains> {
  const connection = new Redis(url, { maxRetriesPerRequest: null, enableAutoPipelining: true });
  const name = `raw-${randomUUID()}`;
  const queue = new Queue(name, { connection });
  const opts = { removeOnComplete: true };
  let open = 0;
  let ended: (() => void) | undefined;
  const worker = new Worker(
    name,
    async (job) => {
      worked();
      const { left } = Position.parse(job.data);
      if (left > 1) await queue.add('next', { left: left - 1 }, opts);
      else if ((open -= 1) === 0) ended?.();
    },
    { connection, concurrency },
  );
  await worker.waitUntilReady();
  return {
    run: async (chains, length) => {
      open = chains;
      const end = new Promise<void>((resolve) => (ended = resolve));
      const first = { name: 'first', data: { left: length }, opts };
      await queue.addBulk(Array.from({ length: chains }, () => first));
      await end;
    },
    close: async () => {
      await worker.close();
      await queue.close();
      await connection.quit();
    },
  };
}
