import type { Pool } from 'pg';

import { heldName } from './sql/names.ts';
import type { Token } from './sql/tokenize.ts';

/** Which digest stands for which name of 64 to 127 bytes; kept in the database for the catalog views. */
export class LongNames {
  readonly #full = new Map<string, string>();
  readonly #pool: Pool;

  constructor(pool: Pool) {
    this.#pool = pool;
  }

  async load(): Promise<void> {
    const { rows } = await this.#pool.query<{ held: string; full_name: string }>(
      'select held, full_name from redshift.long_names',
    );
    for (const { held, full_name: full } of rows) this.#full.set(held, full);
  }

  /** Remembers the long names that a statement uses, before it runs. */
  async keep(tokens: readonly Token[]): Promise<void> {
    for (const token of tokens) {
      if (token.kind !== 'word' && token.kind !== 'name') continue;
      const { held, full } = heldName(token.value);
      if (held === full || this.#full.has(held)) continue;
      this.#full.set(held, full);
      await this.#pool.query('insert into redshift.long_names values ($1, $2) on conflict do nothing', [held, full]);
    }
  }

  /** A text with every digest replaced by its full name. */
  readonly inFull = (text: string): string => {
    if (!text.includes('~')) return text;
    let whole = text;
    for (const [held, full] of this.#full) whole = whole.replaceAll(held, full);
    return whole;
  };
}
