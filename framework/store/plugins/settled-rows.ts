import { z } from 'zod';

import type { Database } from '../database.ts';

/**
 * Says up to which id the rows that plugins hear from are all there. Ids are drawn before the commit, so a row may appear
 * behind one with a higher id. Whoever draws one has changed or locked a row before, and so is in a transaction that shows:
 * once all transactions that are open at this moment have ended, nothing with a lower id comes any more.
 */
export class SettledRows {
  #settled = 0;
  #waiting: { readonly newest: number; readonly until: number } | undefined;

  async upTo(database: Database): Promise<number> {
    const newest = this.#waiting?.newest ?? Newest.parse((await database.run(NEWEST))[0]).newest;
    if (newest <= this.#settled) return this.#settled;
    const { oldest, next } = Snapshot.parse((await database.run(SNAPSHOT))[0]);
    const until = this.#waiting?.until ?? next;
    this.#waiting = oldest >= until ? undefined : { newest, until };
    if (this.#waiting === undefined) this.#settled = newest;
    return this.#settled;
  }
}

// Events and ended tries draw from the same sequence.
const NEWEST = {
  name: 'newest_event',
  text: 'select case when is_called then last_value else last_value - 1 end as newest from event_row',
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
