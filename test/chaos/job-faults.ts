import { setTimeout as rest } from 'node:timers/promises';

import { DEFAULT_POOL, Temporal, runId, taskId } from '#framework';
import type { Windrow } from '#framework/operate';
import { z } from 'zod';

import { jobId } from '../../framework/store/runs/dispatch.ts';
import { NARROW } from './load/expectations.ts';
import { pick } from './random.ts';

/** Whose queues jobs are copied and held back in. */
interface QueueScene {
  readonly onlooker: Windrow;
  readonly random: () => number;
}

const RECENT = {
  text: `
select run_id as "runId", task_id as "taskId", map_index as "mapIndex", seq, attempt, pool, priority
from task_instance
where seq > 0
order by run_id desc, task_id
limit 40`,
};

const Recent = z.object({
  runId: z.number().transform(runId),
  taskId: z.string().transform(taskId),
  mapIndex: z.number(),
  seq: z.number(),
  attempt: z.number(),
  pool: z.string(),
  priority: z.number(),
});

let copies = 0;

/** Sends jobs of dispatches that were sent already, of open and of ended tasks, at once and late. */
export async function duplicate({ onlooker, random }: QueueScene): Promise<boolean> {
  try {
    const rows = await onlooker.store.database.run(RECENT);
    const late = Temporal.Now.instant().add({ milliseconds: Math.round(random() * 8000) });
    const again = rows.map((row, index) => {
      copies += 1;
      const recent = Recent.parse(row);
      const jobId = `copy__${copies}`;
      return { ...recent, id: 0, jobId, label: 'a copy', ...(index % 2 === 0 ? {} : { notBefore: late }) };
    });
    await onlooker.dispatcher.send(again);
    return true;
  } catch {
    // A server is down: nothing was delivered.
    return false;
  }
}

const [SHORT_PAUSE_MS, LONG_PAUSE_MS, MOST_LATE_MS] = [700, 5000, 6000];

/** Nobody takes a job of a pool for some seconds, as when somebody pauses its queue in Bull Board. */
export async function pausePool({ onlooker, random }: QueueScene): Promise<boolean> {
  const pool = pick(random, POOLS) ?? DEFAULT_POOL;
  return whilePaused(onlooker, pool, () => rest(1000 + random() * (LONG_PAUSE_MS - 1000)).then(() => true));
}

/** Puts back jobs that wait, to come some seconds late. The queue is paused before, so that some do wait. */
export async function delay({ onlooker, random }: QueueScene): Promise<boolean> {
  const pool = pick(random, POOLS) ?? DEFAULT_POOL;
  return whilePaused(onlooker, pool, async () => {
    await rest(SHORT_PAUSE_MS);
    let delayed = 0;
    for (const row of await onlooker.store.database.run(WAITING, [pool])) {
      const waiting = Recent.parse(row);
      const own = jobId(waiting);
      const queue = onlooker.dispatcher.poolQueue(pool);
      if (!WAITS.includes(await queue.stateOf(own))) continue;
      await queue.remove(own);
      const notBefore = Temporal.Now.instant().add({ milliseconds: Math.round(1000 + random() * MOST_LATE_MS) });
      await onlooker.dispatcher.send([{ ...waiting, id: 0, jobId: own, label: 'held back', notBefore }]);
      delayed += 1;
    }
    return delayed > 0;
  });
}

const POOLS: readonly string[] = [DEFAULT_POOL, NARROW.name];
const WAITS: readonly string[] = ['waiting', 'prioritized', 'delayed', 'paused'];

const WAITING = {
  text: `
select run_id as "runId", task_id as "taskId", map_index as "mapIndex", seq, attempt, pool, priority
from task_instance
where state in ('queued', 'up_for_retry') and seq > 0 and pool = $1
order by run_id, task_id
limit 20`,
};

/** A server may be down before, between and behind; the queue is resumed whatever happens. */
async function whilePaused(onlooker: Windrow, pool: string, work: () => Promise<boolean>): Promise<boolean> {
  const queue = onlooker.dispatcher.poolQueue(pool).inner as Pausable;
  try {
    await queue.pause();
    return await work();
  } catch {
    return false;
  } finally {
    await resume(queue);
  }
}

interface Pausable {
  readonly pause: () => Promise<void>;
  readonly resume: () => Promise<void>;
}

async function resume(queue: Pausable): Promise<void> {
  try {
    await queue.resume();
  } catch {
    await rest(200);
    await resume(queue);
  }
}
