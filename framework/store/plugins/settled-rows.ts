import { z } from 'zod';

import type { Database } from '../database.ts';

/** The tables that plugins hear from. */
export const STREAMS = ['event', 'attempt'] as const;
export type Stream = (typeof STREAMS)[number];

/**
 * Says up to which id the rows of a stream are all there. Ids are given before the commit, so a row may appear behind one
 * with a higher id. Who will still bring a lower id is in a transaction by now: once all transactions that are open at
 * this moment have ended, nothing comes any more.
 */
export class SettledRows {
  readonly #newest: { readonly name: string; readonly text: string };
  #settled = 0;
  #waiting: { readonly newest: number; readonly until: number } | undefined;

  constructor(stream: Stream) {
    this.#newest = NEWEST[stream];
  }

  async upTo(database: Database): Promise<number> {
    const newest = this.#waiting?.newest ?? Newest.parse((await database.run(this.#newest))[0]).newest;
    if (newest <= this.#settled) return this.#settled;
    const { oldest, next } = Snapshot.parse((await database.run(SNAPSHOT))[0]);
    const until = this.#waiting?.until ?? next;
    this.#waiting = oldest >= until ? undefined : { newest, until };
    if (this.#waiting === undefined) this.#settled = newest;
    return this.#settled;
  }
}

const NEWEST = {
  event: { name: 'newest_event', text: 'select coalesce(max(id), 0) as newest from event' },
  attempt: { name: 'newest_attempt', text: 'select coalesce(max(id), 0) as newest from task_attempt' },
};

// `oldest`: the oldest transaction that is open. `next`: the first one that has not begun.
const SNAPSHOT = {
  name: 'open_transactions',
  text: `
select pg_snapshot_xmin(s)::text::bigint as oldest, pg_snapshot_xmax(s)::text::bigint as next
from pg_current_snapshot() s`,
};

const Newest = z.object({ newest: z.number() });
const Snapshot = z.object({ oldest: z.number(), next: z.number() });
