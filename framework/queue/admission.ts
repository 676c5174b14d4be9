import { Batcher } from '../core/batcher.ts';
import type { Closable } from '../core/closable.ts';
import type { Millis } from '../core/duration.ts';
import type { Log } from '../core/log.ts';
import { rest } from '../core/timer.ts';
import { admitTasks, findHeldPools, holdDue } from '../store/runs/admit-tasks.ts';
import type { Dispatch } from '../store/runs/dispatch.ts';
import type { Store } from '../store/store.ts';

export interface AdmissionOptions {
  readonly store: Pick<Store, 'database'>;
  readonly deliver: (dispatches: readonly Dispatch[]) => Promise<void>;
  readonly log: Log;
}

/**
 * Admits held tasks to their pools as soon as there is room: after whatever touched a pool in this process, when the rate of
 * a pool gives its next token, and when the sweeper looks.
 */
export class Admission implements Closable {
  readonly #options: AdmissionOptions;
  readonly #batcher: Batcher<string, number>;
  readonly #waits = new Map<string, Promise<void>>();
  readonly #closing = new AbortController();

  constructor(options: AdmissionOptions) {
    this.#options = options;
    // One at a time, so that a pool that many tasks leave at once is locked once for all of them.
    this.#batcher = new Batcher((pools) => this.#admitAll(pools), { atMost: 200, flights: 1 });
  }

  /** Never throws: what could not be admitted now is admitted by the sweeper. Returns how many were. */
  async admit(pools: readonly string[]): Promise<number> {
    const counts = await Promise.all(pools.map((pool) => this.#batcher.add(pool)));
    return counts.reduce((sum, count) => sum + count, 0);
  }

  /** The safe path: tasks whose wait is over, and every pool in which a task is held. */
  async admitHeld(now: string, atMost: number): Promise<number> {
    const { database } = this.#options.store;
    await holdDue(database, now, atMost);
    return this.admit(await findHeldPools(database));
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await Promise.all(this.#waits.values());
  }

  async #admitAll(pools: readonly string[]): Promise<readonly number[]> {
    const counts = new Map<string, number>();
    for (const pool of new Set(pools)) counts.set(pool, await this.#admitOne(pool));
    // Several asked for one pool: the first is told.
    return pools.map((pool, index) => (pools.indexOf(pool) === index ? (counts.get(pool) ?? 0) : 0));
  }

  async #admitOne(pool: string): Promise<number> {
    const { store, deliver, log } = this.#options;
    try {
      const { dispatches, again } = await admitTasks(store.database, pool);
      await deliver(dispatches);
      if (again !== undefined) this.#admitLater(pool, again);
      return dispatches.length;
    } catch (error) {
      log.warn('Held tasks could not be admitted; the sweeper tries again', { pool, error: String(error) });
      return 0;
    }
  }

  #admitLater(pool: string, wait: Millis): void {
    if (this.#waits.has(pool) || this.#closing.signal.aborted) return;
    this.#waits.set(pool, this.#admitAfter(pool, wait));
  }

  async #admitAfter(pool: string, wait: Millis): Promise<void> {
    await rest(wait, this.#closing.signal);
    this.#waits.delete(pool);
    if (!this.#closing.signal.aborted) await this.admit([pool]);
  }
}
