import { inspect } from 'node:util';

import type { Clock } from '../core/clock.ts';
import type { Log, LogFields } from '../core/log.ts';
import type { LogLine } from '../store/runs/task-logs.ts';
import { storableJson, storableText } from './storable.ts';

export interface TaskLogOptions {
  readonly process: Log;
  readonly clock: Clock;
  /** Shows the line in Bull Board. */
  readonly show: (line: string) => void;
}

/** The most lines of one try that are kept; a loop that logs must not fill the database. */
const MOST_LINES = 5000;

interface Kept {
  /** Not yet handed over. */
  readonly lines: LogLine[];
  /** How many there ever were. */
  count: number;
}

/** The log of one try: to the process log, to Bull Board, and kept for SQL until somebody takes it. */
export class TaskLog implements Log {
  readonly #options: TaskLogOptions;
  readonly #fields: LogFields;
  readonly #kept: Kept;

  constructor(options: TaskLogOptions, fields: LogFields = {}, kept: Kept = { lines: [], count: 0 }) {
    this.#options = options;
    this.#fields = fields;
    this.#kept = kept;
  }

  readonly debug = (message: string, fields?: LogFields): void => this.#write('debug', message, fields);
  readonly info = (message: string, fields?: LogFields): void => this.#write('info', message, fields);
  readonly warn = (message: string, fields?: LogFields): void => this.#write('warn', message, fields);
  readonly error = (message: string, fields?: LogFields): void => this.#write('error', message, fields);

  child(fields: LogFields): TaskLog {
    return new TaskLog(this.#options, { ...this.#fields, ...fields }, this.#kept);
  }

  get hasLines(): boolean {
    return this.#kept.lines.length > 0;
  }

  /** The lines so far; they are handed over once. */
  take(): readonly LogLine[] {
    return this.#kept.lines.splice(0);
  }

  /** Takes lines back that could not be stored; later ones stay behind them. */
  giveBack(lines: readonly LogLine[]): void {
    this.#kept.lines.unshift(...lines);
  }

  #write(level: 'debug' | 'info' | 'warn' | 'error', message: string, fields: LogFields = {}): void {
    const all = { ...this.#fields, ...fields };
    this.#options.process[level](message, all);
    if (level === 'debug' || this.#kept.count >= MOST_LINES) return;
    // Through JSON, so that a Secret or an object with a form of its own is stored as it prints.
    const plain = storableJson(JSON.stringify(all));
    const line = this.#kept.count;
    this.#kept.count += 1;
    this.#kept.lines.push({
      line,
      at: this.#options.clock.now(),
      level,
      message: storableText(message),
      fields: plain,
    });
    this.#options.show(
      `${level} ${message}${plain === '{}' ? '' : ` ${inspect(all, { breakLength: Infinity, depth: 3 })}`}`,
    );
  }
}
