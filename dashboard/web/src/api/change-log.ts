import type { Change } from './changes.ts';

const MOST = 5000;

/** What changed while the app is open, so that a long list asks anew only for the pages that may show it. */
export class ChangeLog {
  #changes: Change[] = [];
  #forgotten = 0;

  /** Behind the last change. */
  get position(): number {
    return this.#forgotten + this.#changes.length;
  }

  add(changes: readonly Change[]): void {
    this.#changes.push(...changes);
    const tooMany = this.#changes.length - MOST;
    if (tooMany > 0) this.#drop(tooMany);
  }

  /** Anything may have changed up to now. */
  forget(): void {
    this.add([{ kind: 'much' }]);
    this.#drop(this.#changes.length);
  }

  /** Those behind a position; undefined where they are not known any more. */
  since(position: number): readonly Change[] | undefined {
    return position < this.#forgotten ? undefined : this.#changes.slice(position - this.#forgotten);
  }

  #drop(count: number): void {
    this.#changes.splice(0, count);
    this.#forgotten += count;
  }
}

/** Of the whole app, as the events are. */
export const changeLog = new ChangeLog();
