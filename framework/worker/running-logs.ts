import type { Log } from '../core/log.ts';
import type { Executor } from '../store/database.ts';
import type { Started } from '../store/runs/start-tasks.ts';
import { type TryLines, insertLogs } from '../store/runs/task-logs.ts';
import type { TaskLog } from './task-log.ts';

export interface RunningLogsOptions {
  readonly database: Executor;
  readonly log: Log;
}

interface RunningLog {
  readonly started: Started;
  readonly log: TaskLog;
  /** It was there at the flush before: a short try stores its lines once, at its end. */
  isLong: boolean;
  /** Lines were given back by a flush that may have stored them all the same. */
  mayBeThere: boolean;
  writing: Promise<void>;
}

/** The logs of tries that run: stored now and then while they do, so that people see them, and so that a dead worker's lines stay. */
export class RunningLogs {
  readonly #options: RunningLogsOptions;
  readonly #running = new Map<number, RunningLog>();

  constructor(options: RunningLogsOptions) {
    this.#options = options;
  }

  begin(started: Started, log: TaskLog): void {
    this.#running.set(started.fence, { started, log, isLong: false, mayBeThere: false, writing: Promise.resolve() });
  }

  /** Stores what tries have logged that were there at the flush before; costs nothing while they log nothing. */
  async flush(): Promise<void> {
    const due = [...this.#running.values()].filter(({ isLong, log }) => isLong && log.hasLines);
    for (const running of this.#running.values()) running.isLong = true;
    if (due.length === 0) return;
    const writing = this.#write(due);
    for (const running of due) running.writing = writing;
    await writing;
  }

  /** Stores the rest, behind what is being stored. */
  async end({ fence }: Pick<Started, 'fence'>): Promise<void> {
    const running = this.#running.get(fence);
    if (running === undefined) return;
    this.#running.delete(fence);
    await running.writing;
    await insertLogs(this.#options.database, [taken(running)]);
  }

  /** Never throws: what could not be stored goes with the next flush, or with the end of its try. */
  async #write(due: readonly RunningLog[]): Promise<void> {
    const tries = due.map((running) => ({ running, ...taken(running) }));
    try {
      await insertLogs(this.#options.database, tries);
      for (const { running } of tries) running.mayBeThere = false;
    } catch (error) {
      this.#options.log.warn('Logs of running tries could not be stored yet', { error: String(error) });
      for (const { running, lines } of tries) {
        running.log.giveBack(lines);
        running.mayBeThere = true;
      }
    }
  }
}

function taken({ started, log, mayBeThere }: RunningLog): TryLines {
  return { held: started, lines: log.take(), mayBeThere };
}
