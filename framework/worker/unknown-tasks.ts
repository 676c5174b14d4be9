import { type Millis, milliseconds, seconds } from '../core/duration.ts';
import type { Log } from '../core/log.ts';
import type { Outcome } from '../run/outcome.ts';
import type { Started } from '../store/runs/start-tasks.ts';
import type { Executor } from '../store/database.ts';
import { isKnownElsewhere } from '../store/able-workers.ts';

export interface UnknownTasksOptions {
  readonly database: Executor;
  readonly log: Log;
  /** The id of this worker. */
  readonly worker: string;
}

/** Where another live worker has the task: soon, because it is chance who takes the job next. */
const SOON: Millis = milliseconds(250);
/** Where nobody has it: one that has it may start at any moment. */
const LATER: Millis = seconds(3);
/** So that a worker hands back some 50 a second, also while those that could take them are busy. */
const EACH: Millis = milliseconds(20);
const MOST: Millis = seconds(10);

/** Tasks that this worker's code does not have, as while new code is rolled out: they are left to other workers. */
export class UnknownTasks {
  readonly #options: UnknownTasksOptions;
  readonly #said = new Set<string>();
  readonly #elsewhere = new Map<string, Promise<boolean>>();
  #recent = 0;

  constructor(options: UnknownTasksOptions) {
    this.#options = options;
  }

  /** Hands a started try back, not to be sent before another worker may have it. */
  async handBack(started: Started): Promise<Outcome> {
    const { dagId, taskId } = started;
    this.#say(started);
    this.#recent += 1;
    const share = Math.min(MOST, EACH * this.#recent);
    const isElsewhere = await this.#isElsewhere(started);
    const waitMs = milliseconds(Math.max(isElsewhere ? SOON : LATER, share));
    const reason = `worker ${this.#options.worker} has no task "${taskId}" of dag "${dagId}" in its code`;
    return { kind: 'handed_back', reason, untaken: { waitMs, by: isElsewhere ? 'another worker' : 'nobody' } };
  }

  /** Others may have come or gone: to be called at each heartbeat. */
  forget(): void {
    this.#elsewhere.clear();
    this.#recent = 0;
  }

  #say({ dagId: dag, taskId: task, runId: run }: Started): void {
    const key = `${dag} ${task}`;
    if (this.#said.has(key)) return;
    this.#said.add(key);
    this.#options.log.warn(
      'A task is not in the code of this worker, which leaves it to other workers. Deploy the same code to every worker.',
      { dag, task, run },
    );
  }

  #isElsewhere(started: Started): Promise<boolean> {
    const { database, worker, log } = this.#options;
    const key = `${started.dagId} ${started.taskId}`;
    const asked =
      this.#elsewhere.get(key) ??
      isKnownElsewhere(database, started, worker).catch((error: unknown) => {
        log.warn('It cannot be seen which workers have a task', { task: started.taskId, error: String(error) });
        return false;
      });
    this.#elsewhere.set(key, asked);
    return asked;
  }
}
