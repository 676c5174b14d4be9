import { setTimeout as rest } from 'node:timers/promises';

import type { Closable } from '#framework';
import { z } from 'zod';

import type { Executor } from '../../framework/store/database.ts';

export interface SlotsSeen {
  readonly looks: number;
  /** Looks that found more slots in use than the pool has. */
  readonly overbooked: number;
  /** The most slots in use at one look. */
  readonly most: number;
}

export interface PoolWatch extends Closable {
  readonly seen: () => SlotsSeen;
}

const PAUSE_MS = 50;

/** Looks again and again how many slots of a pool are in use; a look while the database is down counts for nothing. */
export function watchSlots(executor: Executor, pool: { readonly name: string; readonly slots: number }): PoolWatch {
  const stop = new AbortController();
  let seen: SlotsSeen = { looks: 0, overbooked: 0, most: 0 };
  const look = async (): Promise<void> => {
    const inUse = await slotsInUse(executor, pool.name).catch(() => undefined);
    if (inUse === undefined) return;
    const { looks, overbooked, most } = seen;
    const surplus = inUse > pool.slots ? 1 : 0;
    seen = { looks: looks + 1, overbooked: overbooked + surplus, most: Math.max(most, inUse) };
  };
  const watch = async (): Promise<void> => {
    while (!stop.signal.aborted) {
      await look();
      await rest(PAUSE_MS);
    }
  };
  const watching = watch();
  return {
    seen: () => seen,
    close: async () => {
      stop.abort();
      await watching;
    },
  };
}

/** What tasks hold that are queued or run, in one snapshot of the truth. */
export async function slotsInUse(executor: Executor, pool: string): Promise<number> {
  const [row] = await executor.run(IN_USE, [pool]);
  return z.object({ inUse: z.coerce.number() }).parse(row).inUse;
}

const IN_USE = {
  name: 'chaos_slots_in_use',
  text: `
select coalesce(sum(slots), 0) as "inUse"
from task_instance
where pool = $1 and slots > 0 and map_index >= 0 and state in ('queued', 'running')`,
};
