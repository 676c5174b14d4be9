import type { Closable } from '../core/closable.ts';
import type { ConsumeOptions, Consumer, Dispatcher, JobEnd } from '../queue/dispatcher.ts';

export interface PoolConsumerOptions extends ConsumeOptions {
  readonly dispatcher: Pick<Dispatcher, 'consume'>;
}

/** Takes the jobs of one pool, and can be made anew when it takes none any more. */
export class PoolConsumer implements Closable {
  readonly pool: string;
  readonly #options: PoolConsumerOptions;
  /** Of every consumer that there was. */
  readonly #inHand = new Set<Promise<JobEnd>>();
  readonly #leaving = new Set<Promise<void>>();
  #current: Consumer;
  #taken = 0;
  #paused = false;
  #renewals = 0;

  constructor(options: PoolConsumerOptions) {
    this.pool = options.pool;
    this.#options = options;
    this.#current = this.#consume();
  }

  /** How many jobs it ever took. */
  get taken(): number {
    return this.#taken;
  }

  /** How often it was made anew. */
  get renewals(): number {
    return this.#renewals;
  }

  get hasRoom(): boolean {
    return this.#inHand.size < this.#options.concurrency;
  }

  readonly ready = (): Promise<void> => this.#current.ready();

  /** For good. */
  readonly pause = (): Promise<void> => {
    this.#paused = true;
    return this.#current.pause();
  };

  /** Waits for jobs in hand. */
  readonly close = async (): Promise<void> => {
    await this.#current.close();
    await Promise.all(this.#leaving);
  };

  /**
   * Puts another consumer in the place of the present one. Jobs that this one has in hand go on, beside as many as the new one
   * takes: for as long as they take, there may be more at once than `concurrency` says.
   */
  renew(failed: (error: unknown) => void): void {
    if (this.#paused) return;
    this.#renewals += 1;
    const old = this.#current;
    this.#current = this.#consume();
    const leaving = this.#leave(old)
      .catch(failed)
      .finally(() => this.#leaving.delete(leaving));
    this.#leaving.add(leaving);
  }

  async #leave(old: Consumer): Promise<void> {
    const inHand = [...this.#inHand];
    await old.pause();
    await Promise.allSettled(inHand);
    // A job that it takes at this very moment is run all the same; BullMQ gives it to another worker later, for whom it is late.
    await old.abandon();
  }

  #consume(): Consumer {
    const { dispatcher, handle, ...options } = this.#options;
    return dispatcher.consume({
      ...options,
      handle: async (job) => {
        this.#taken += 1;
        const end = handle(job);
        this.#inHand.add(end);
        try {
          return await end;
        } finally {
          this.#inHand.delete(end);
        }
      },
    });
  }
}
