import { inspect } from 'node:util';

const MASK = '[secret]';

/** Text that cannot be printed: string conversion, JSON and inspection all give `[secret]`. */
export class Secret {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  /** The text itself. Called in a connector's `client.ts` only. */
  reveal(): string {
    return this.#text;
  }

  toString(): string {
    return MASK;
  }

  toJSON(): string {
    return MASK;
  }

  [inspect.custom](): string {
    return MASK;
  }
}
