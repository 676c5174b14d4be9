import type { AnyColumn, ColumnPlan } from '../columns/open-column.ts';
import { release } from '../release.ts';
import { bitsFor, packedRun } from './bit-packing.ts';
import { repeats } from './dictionaries.ts';
import { levels } from './levels.ts';
import { type Page, pageHeader } from './page-header.ts';
import { plainValues } from './plain-values.ts';
import type { Snappy } from './snappy.ts';
import { TextDictionary } from './text-dictionary.ts';

/** What the footer says about a column of the file. */
export interface ChunkFacts {
  readonly plan: ColumnPlan;
  readonly kind: AnyColumn['kind'];
  readonly scale: number;
  readonly rows: number;
  /** Uint8Array of the dictionary's page, which stands before all others; 0 where there is none. */
  readonly dictionaryBytes: number;
  readonly bytes: number;
  readonly uncompressedBytes: number;
}

interface Values {
  readonly encoding: 'plain' | 'dictionary';
  readonly pieces: readonly Uint8Array[];
}

/** The pages of one column, one for each batch, compressed and held until the file is written. */
export class ColumnChunk {
  readonly #plan: ColumnPlan;
  readonly #snappy: Snappy;
  readonly #pages: Uint8Array[] = [];
  readonly #dictionary: TextDictionary | undefined;
  readonly #kind: AnyColumn['kind'];
  readonly #scale: number;
  #isDictionaryFull = false;
  /** For the numbers of a page. */
  #memory = new Int32Array(0);
  #rows = 0;
  #bytes = 0;
  #uncompressedBytes = 0;

  /** @param first the first batch, which tells whether a dictionary pays */
  constructor(plan: ColumnPlan, first: AnyColumn, snappy: Snappy) {
    this.#plan = plan;
    this.#snappy = snappy;
    this.#kind = first.kind;
    this.#scale = first.kind === 'number' ? first.scale : 0;
    this.#dictionary = first.kind === 'text' && repeats(first) ? new TextDictionary() : undefined;
  }

  add(column: AnyColumn, rows: number): void {
    const { encoding, pieces } = this.#values(column, rows);
    this.#pages.push(this.#page({ kind: 'data', encoding, values: rows }, [levels(column.validity, rows), ...pieces]));
    this.#rows += rows;
  }

  /** All pages in the order of the file, each in memory of its own; nothing may be added any more. */
  finish(): { readonly pages: readonly Uint8Array[]; readonly facts: ChunkFacts } {
    const { values = 0, page } = this.#dictionary ?? {};
    const dictionary = values === 0 || page === undefined ? [] : [this.#page({ kind: 'dictionary', values }, [page])];
    const facts: ChunkFacts = {
      plan: this.#plan,
      kind: this.#kind,
      scale: this.#scale,
      rows: this.#rows,
      dictionaryBytes: dictionary[0]?.length ?? 0,
      bytes: this.#bytes,
      uncompressedBytes: this.#uncompressedBytes,
    };
    return { pages: [...dictionary, ...this.#pages], facts };
  }

  #values(column: AnyColumn, rows: number): Values {
    const values = rows - column.validity.nulls;
    const numbers = values === 0 ? undefined : this.#numbers(column, rows);
    if (numbers === undefined) return { encoding: 'plain', pieces: [plainValues(column, rows)] };
    const width = bitsFor(this.#dictionary?.values ?? 0);
    const packed = packedRun({ values: numbers, count: values, width });
    return { encoding: 'dictionary', pieces: [Uint8Array.of(width), packed] };
  }

  /** Numbers of the values in the dictionary; undefined where it is full or there is none. */
  #numbers(column: AnyColumn, rows: number): Int32Array | undefined {
    if (column.kind !== 'text' || this.#dictionary === undefined || this.#isDictionaryFull) return undefined;
    if (this.#memory.length < rows) this.#memory = new Int32Array(rows);
    this.#isDictionaryFull = !this.#dictionary.number(column, rows, this.#memory);
    return this.#isDictionaryFull ? undefined : this.#memory;
  }

  #page(page: Page, pieces: readonly Uint8Array[]): Uint8Array {
    const uncompressed = pieces.reduce((sum, { length }) => sum + length, 0);
    const body = this.#snappy.compress(pieces, uncompressed);
    const header = pageHeader(page, { uncompressed, compressed: body.length });
    this.#bytes += header.length + body.length;
    this.#uncompressedBytes += header.length + uncompressed;
    const bytes = new Uint8Array(header.length + body.length);
    bytes.set(header);
    bytes.set(body, header.length);
    release(body);
    return bytes;
  }
}
