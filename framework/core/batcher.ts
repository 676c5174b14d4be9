export interface BatcherOptions {
  readonly atMost: number;
  /** How many batches may be under way; further items wait and form the next batch. */
  readonly flights: number;
}

interface Waiting<T, R> {
  readonly item: T;
  readonly resolve: (result: R) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Makes many single calls into few calls on lists without waiting for a timer: a lone item goes at once, and what arrives
 * while batches are under way goes together in the next one.
 */
export class Batcher<T, R> {
  readonly #work: (items: readonly T[]) => Promise<readonly R[]>;
  readonly #options: BatcherOptions;
  readonly #waiting: Waiting<T, R>[] = [];
  #flying = 0;

  /** @param work returns one result per item, in their order; when it throws, every item of the batch fails. */
  constructor(work: (items: readonly T[]) => Promise<readonly R[]>, options: BatcherOptions) {
    this.#work = work;
    this.#options = options;
  }

  add(item: T): Promise<R> {
    const { promise, resolve, reject } = Promise.withResolvers<R>();
    this.#waiting.push({ item, resolve, reject });
    this.#fly();
    return promise;
  }

  #fly(): void {
    if (this.#flying >= this.#options.flights || this.#waiting.length === 0) return;
    const batch = this.#waiting.splice(0, this.#options.atMost);
    this.#flying += 1;
    void this.#send(batch).finally(() => {
      this.#flying -= 1;
      this.#fly();
    });
  }

  async #send(batch: readonly Waiting<T, R>[]): Promise<void> {
    try {
      const results = await this.#work(batch.map(({ item }) => item));
      for (const [index, result] of results.entries()) batch[index]?.resolve(result);
    } catch (error) {
      for (const { reject } of batch) reject(error);
    }
  }
}
