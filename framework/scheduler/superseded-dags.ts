import type { Log } from '../core/log.ts';

/** The dags for which another process registered a schedule that is not the one of this process's code. Says so once for each. */
export class SupersededDags {
  readonly #log: Log;
  readonly #said = new Set<string>();

  constructor(log: Log) {
    this.#log = log;
  }

  note(dagId: string, isSuperseded: boolean): void {
    if (!isSuperseded) {
      this.#said.delete(dagId);
      return;
    }
    if (this.#said.has(dagId)) return;
    this.#said.add(dagId);
    this.#log.warn(
      'Another process registered another schedule of a dag: this one makes no windows of it any more. ' +
        'Restart this process with the code that shall hold; what starts last decides.',
      { dag: dagId },
    );
  }
}
