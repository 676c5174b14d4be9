import { Bug } from '#framework';
import type { Extract } from './extract.ts';
import type { Random } from './random.ts';

/** Exact CSV text by column slot; a missing place is the empty value. Never changed once made. */
export type Row = readonly string[];

/** The rows of one extract by key. */
export class Table {
  extract: Extract;
  /** How many ids were given out, so that none is given twice. */
  issued: number;
  readonly #rows: Map<string, Row>;
  readonly #keys: string[];
  readonly #places: Map<string, number>;

  constructor(extract: Extract, from?: Table) {
    this.extract = extract;
    this.issued = from?.issued ?? 0;
    this.#rows = new Map(from === undefined ? [] : from.#rows);
    this.#keys = from === undefined ? [] : [...from.#keys];
    this.#places = new Map(from === undefined ? [] : from.#places);
  }

  get size(): number {
    return this.#keys.length;
  }

  rows(): IterableIterator<Row> {
    return this.#rows.values();
  }

  find(key: string): Row | undefined {
    return this.#rows.get(key);
  }

  get(key: string): Row {
    const row = this.#rows.get(key);
    if (row === undefined) throw new Bug('E_SANDBOX_ROW_MISSING', `${this.extract.name} has no row "${key}".`);
    return row;
  }

  /** Adds the row or replaces the one with the same key; returns the key. */
  put(row: Row): string {
    const key = this.keyOf(row);
    if (!this.#rows.has(key)) {
      this.#places.set(key, this.#keys.length);
      this.#keys.push(key);
    }
    this.#rows.set(key, row);
    return key;
  }

  remove(key: string): void {
    const place = this.#places.get(key);
    const last = this.#keys.pop();
    if (place === undefined || last === undefined) {
      throw new Bug('E_SANDBOX_ROW_MISSING', `${this.extract.name} has no row "${key}" to remove.`);
    }
    if (last !== key) {
      this.#keys[place] = last;
      this.#places.set(last, place);
    }
    this.#places.delete(key);
    this.#rows.delete(key);
  }

  findRandomKey(random: Random): string | undefined {
    return this.#keys[random.below(this.#keys.length)];
  }

  /** The parts of a key are joined by a character that no value holds, so ('a','bc') and ('ab','c') stay apart. */
  keyOf(row: Row): string {
    return this.extract.key.map((name) => row[this.slot(name)] ?? '').join('\u0000');
  }

  slot(name: string): number {
    const column = this.extract.columns.find((candidate) => candidate.name === name);
    if (column === undefined) throw new Bug('E_SANDBOX_COLUMN_MISSING', `${this.extract.name} has no column ${name}.`);
    return column.slot;
  }
}
