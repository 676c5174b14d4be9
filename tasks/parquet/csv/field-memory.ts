import { readFileSync } from 'node:fs';

import type { BlockShape, Stretch } from './field-block.ts';

/** Bytes that are read at once: the fields and bytes of a block stay in the processor's second-level cache. */
export const READ_BYTES = 512 * 1024;
/** Fields of a block, of which one more than whole records have. */
const MOST_FIELDS = 32_768 + 1;
const MOST_ROWS = 8192;
const LENGTH_BYTES = 4;
/** What runs in steps of sixteen bytes may begin one behind the last byte. */
const BEYOND = 16;
const PAGE_BYTES = 65_536;

interface LinearMemory {
  readonly buffer: ArrayBuffer;
}

/** TypeScript has the types of this among those of browsers only. */
declare const WebAssembly: {
  readonly Memory: new (size: { readonly initial: number }) => LinearMemory;
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (
    module: object,
    imports: { readonly env: { readonly memory: LinearMemory } },
  ) => { readonly exports: object };
};

/** What `fields.wasm` has, see there. */
interface Assembly {
  readonly records: (...given: number[]) => number;
  readonly texts: (...given: number[]) => number;
  readonly instants: (...given: number[]) => number;
  readonly quotes: (from: number, to: number) => number;
  readonly behind: { readonly value: number };
  readonly size: { readonly value: number };
  readonly nulls: { readonly value: number };
}

/** The values of one column in a block, as Parquet holds texts. They lie there until the next ones are asked for. */
export interface PackedTexts {
  readonly bytes: Uint8Array;
  /** Where each value ends; NULL has no bytes. */
  readonly ends: Int32Array;
  /** Numbers of the rows that are NULL. */
  readonly nulls: Int32Array;
  readonly longest: number;
}

/** The first instants of one column in a block. They lie there until others are asked for. */
export interface PackedInstants {
  /** Microseconds from 1970-01-01, each as two little-endian words; NULL is 0. */
  readonly words: Int32Array;
  /** Numbers of the rows that are NULL. */
  readonly nulls: Int32Array;
}

interface BlockColumn {
  readonly column: number;
  readonly width: number;
  readonly rows: number;
}

/**
 * The memory in which WebAssembly finds the fields of a block, three times as fast as JavaScript, which cannot look at sixteen bytes at once.
 * A conversion thread has one, for one block at a time.
 */
export class FieldMemory {
  readonly bytes: Buffer;
  readonly starts: Int32Array;
  readonly ends: Int32Array;
  readonly escaped: Uint8Array;
  readonly #assembly: Assembly;
  readonly #packed: Uint8Array;
  readonly #offsets: Int32Array;
  readonly #nulls: Int32Array;

  constructor() {
    const places = new Places();
    const bytes = places.next(READ_BYTES + 1);
    const [starts, ends, escaped] = [
      places.next(4 * MOST_FIELDS),
      places.next(4 * MOST_FIELDS),
      places.next(MOST_FIELDS),
    ];
    const packed = places.next(READ_BYTES + LENGTH_BYTES * MOST_ROWS);
    const [offsets, nulls] = [places.next(4 * MOST_ROWS), places.next(4 * MOST_ROWS)];
    const memory = new WebAssembly.Memory({ initial: Math.ceil(places.end / PAGE_BYTES) });
    this.bytes = Buffer.from(memory.buffer, bytes, READ_BYTES + 1);
    this.starts = new Int32Array(memory.buffer, starts, MOST_FIELDS);
    this.ends = new Int32Array(memory.buffer, ends, MOST_FIELDS);
    this.escaped = new Uint8Array(memory.buffer, escaped, MOST_FIELDS);
    this.#packed = new Uint8Array(memory.buffer, packed, READ_BYTES + LENGTH_BYTES * MOST_ROWS);
    this.#offsets = new Int32Array(memory.buffer, offsets, MOST_ROWS);
    this.#nulls = new Int32Array(memory.buffer, nulls, MOST_ROWS);
    this.#assembly = open(memory);
  }

  /** Position behind the last record that `records` took. */
  get behind(): number {
    return this.#assembly.behind.value - this.bytes.byteOffset;
  }

  holds({ width, capacity }: BlockShape): boolean {
    return width * capacity < MOST_FIELDS && capacity <= MOST_ROWS;
  }

  /** Takes ordinary records from `bytes` into `starts`, `ends` and `escaped`, behind those that are there, and returns how many there are then. */
  records({ from, to, lastStart }: Stretch, { width, capacity, crlf }: BlockShape, rows: number): number {
    const origin = this.bytes.byteOffset;
    const stretch = [origin + from, origin + to, origin + lastStart, origin];
    return this.#assembly.records(...stretch, width, rows, capacity, crlf ? 1 : 0, ...this.#fields());
  }

  /** Values of a column of the block. @param base where the first value begins in the memory of who asks */
  texts({ column, width, rows }: BlockColumn, base: number): PackedTexts {
    const [packed, offsets, nulls] = [this.#packed, this.#offsets, this.#nulls];
    const places = [packed.byteOffset, base, offsets.byteOffset, nulls.byteOffset];
    const block = [column, width, rows, this.bytes.byteOffset, ...this.#fields()];
    const longest = this.#assembly.texts(...block, ...places);
    return {
      bytes: packed.subarray(0, this.#assembly.size.value),
      ends: offsets.subarray(0, rows),
      nulls: nulls.subarray(0, this.#assembly.nulls.value),
      longest,
    };
  }

  /** Values of a column of the block, up to the first one that is not written as Vault writes instants. */
  instants({ column, width, rows }: BlockColumn): PackedInstants {
    const { buffer, byteOffset } = this.#packed;
    const fields = [this.starts.byteOffset, this.ends.byteOffset];
    const places = [this.bytes.byteOffset, ...fields, byteOffset, this.#nulls.byteOffset];
    const taken = this.#assembly.instants(column, width, rows, ...places);
    const words = new Int32Array(buffer, byteOffset, 2 * taken);
    return { words, nulls: this.#nulls.subarray(0, this.#assembly.nulls.value) };
  }

  /** Whether the first `length` bytes hold an odd number of quotes. */
  hasOddQuotes(length: number): boolean {
    const from = this.bytes.byteOffset;
    return this.#assembly.quotes(from, from + length) % 2 === 1;
  }

  #fields(): number[] {
    return [this.starts.byteOffset, this.ends.byteOffset, this.escaped.byteOffset];
  }
}

/** Places in the memory, one behind the other. */
class Places {
  end = 0;

  next(bytes: number): number {
    const place = this.end;
    this.end = Math.ceil((place + bytes + BEYOND) / BEYOND) * BEYOND;
    return place;
  }
}

const FILE = new URL('../assembly/fields.wasm', import.meta.url);

/** Here and not when the module is imported, as every process does that opens a converter: only its threads need it, once each. */
function open(memory: LinearMemory): Assembly {
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(readFileSync(FILE)), { env: { memory } });
  if (isAssembly(exports)) return exports;
  throw new Error('tasks/parquet/assembly/fields.wasm is not the one of this version: run "npm run assembly".');
}

function isAssembly(exports: object): exports is Assembly {
  return ['records', 'texts', 'instants', 'quotes', 'behind', 'size', 'nulls'].every((name) => name in exports);
}
