import type { Clock } from '../../core/clock.ts';
import { milliseconds } from '../../core/duration.ts';
import type { RunId } from '../../core/ids.ts';
import { rest } from '../../core/timer.ts';
import type { Dispatch } from '../../store/runs/dispatch.ts';
import type { ConsumeOptions, Consumer, Dispatcher } from '../../queue/dispatcher.ts';

/**
 * Keeps the jobs of one run in this process, and gives those of all others to the queues. So one run can be watched
 * from beginning to end while workers elsewhere see nothing of it.
 */
export class LocalDispatcher implements Dispatcher {
  readonly #others: Dispatcher;
  readonly #clock: Clock;
  readonly #failed: (error: unknown) => void;
  readonly #handlers = new Map<string, ConsumeOptions['handle']>();
  readonly #work = new Set<Promise<void>>();
  readonly #closed = new AbortController();
  #run: RunId | undefined;

  /** `failed` hears of a job whose handler threw: the truth could not be reached, and the run cannot go on here. */
  constructor(others: Dispatcher, options: { readonly clock: Clock; readonly failed: (error: unknown) => void }) {
    this.#others = others;
    this.#clock = options.clock;
    this.#failed = options.failed;
  }

  get backend(): Dispatcher['backend'] {
    return this.#others.backend;
  }

  /** From now on the jobs of this run stay here. */
  keep(run: RunId): void {
    this.#run = run;
  }

  readonly send = async (dispatches: readonly Dispatch[]): Promise<void> => {
    for (const dispatch of dispatches.filter(({ runId }) => runId === this.#run)) this.#start(dispatch);
    await this.#others.send(dispatches.filter(({ runId }) => runId !== this.#run));
  };

  readonly sendMissing: Dispatcher['sendMissing'] = (dispatches) =>
    this.#others.sendMissing(dispatches.filter(({ runId }) => runId !== this.#run));

  readonly consume = ({ pool, handle }: ConsumeOptions): Consumer => {
    this.#handlers.set(pool, handle);
    const pause = async (): Promise<void> => this.#closed.abort();
    return { ready: async () => {}, pause, close: () => this.close(), abandon: pause };
  };

  // Nothing waits here: a job is handled as soon as it is sent.
  readonly takeable: Dispatcher['takeable'] = async () => [];

  readonly setWakeUps: Dispatcher['setWakeUps'] = (wakeUps) => this.#others.setWakeUps(wakeUps);
  readonly onWakeUp: Dispatcher['onWakeUp'] = (wake) => this.#others.onWakeUp(wake);

  /** Waits for the jobs in hand. The queues belong to somebody else. */
  readonly close = async (): Promise<void> => {
    this.#closed.abort();
    await Promise.all(this.#work);
  };

  #start(dispatch: Dispatch): void {
    const work = this.#handle(dispatch)
      .catch(this.#failed)
      .finally(() => this.#work.delete(work));
    this.#work.add(work);
  }

  async #handle({ runId, taskId, mapIndex, seq, pool, notBefore }: Dispatch): Promise<void> {
    const wait = notBefore === undefined ? 0 : notBefore.epochMilliseconds - this.#clock.now().epochMilliseconds;
    if (wait > 0) await rest(milliseconds(wait), this.#closed.signal);
    if (this.#closed.signal.aborted) return;
    await this.#handlers.get(pool)?.({ claim: { runId, taskId, mapIndex, seq }, log: () => {}, progress: () => {} });
  }
}
