import { Batcher } from '../core/batcher.ts';
import type { Clock } from '../core/clock.ts';
import type { Log } from '../core/log.ts';
import type { Delivery } from '../queue/delivery.ts';
import type { Report } from '../run/plan.ts';
import { type ClosedRun, type Finished, finishTasks } from '../store/runs/finish-tasks.ts';
import type { Store } from '../store/store.ts';

export interface SettlerOptions {
  readonly store: Store;
  readonly delivery: Delivery;
  readonly clock: Clock;
  readonly log: Log;
  readonly random: () => number;
  /** Hears of every run that ended; a pipeline goes on with its next window. */
  readonly closed: (runs: readonly ClosedRun[]) => Promise<void>;
}

interface Settlement {
  readonly counted: boolean;
  /** Settles when what the batch decided is sent; shared by all its reports. */
  readonly followed: Promise<void>;
}

/** Reports of ended tries on their way into SQL, and what follows from them on its way to BullMQ. */
export class Settler {
  readonly #options: SettlerOptions;
  readonly #batcher: Batcher<Report, Settlement>;

  constructor(options: SettlerOptions) {
    this.#options = options;
    // One at a time, here and for starts: what arrives meanwhile shares the next transaction. Measured for 3,000 tasks: 0.9 ms
    // of processor time for each in Node, PostgreSQL and Redis together; 1.2 ms with two at a time, and fewer tasks a second.
    this.#batcher = new Batcher((reports) => this.#finish(reports), { atMost: 200, flights: 1 });
  }

  /** Whether the report counted; false means that the try was fenced out. */
  async report(report: Report): Promise<boolean> {
    const { counted, followed } = await this.#batcher.add(report);
    await followed;
    return counted;
  }

  /** Sends what a finish decided, and lets pipelines go on. */
  async follow(finished: Omit<Finished, 'accepted'>): Promise<void> {
    await this.#options.delivery.follow(finished);
    if (finished.closed.length === 0) return;
    // What is done is done: a window that cannot be planned now is the next tick's business, not the finished task's.
    await this.#options.closed(finished.closed).catch((error: unknown) => {
      this.#options.log.warn('A dag could not go on after a run', { error: String(error) });
    });
  }

  /** Sending does not hold the batcher up: the next batch is under way once this one is committed. */
  async #finish(reports: readonly Report[]): Promise<readonly Settlement[]> {
    const { store, clock, random } = this.#options;
    const finished = await finishTasks(store, reports, { now: clock.now(), random: random() });
    const followed = this.follow(finished);
    return reports.map((report) => ({ counted: finished.accepted.has(report), followed }));
  }
}
