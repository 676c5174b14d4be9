import { closeSync, openSync, rmSync } from 'node:fs';

import { type HeldCheck, openHeldChecks } from '../columns/held-values.ts';
import { type AnyColumn, openColumn } from '../columns/open-column.ts';
import { ChunkReader } from '../csv/chunk-reader.ts';
import { FieldBlock } from '../csv/field-block.ts';
import type { FieldMemory } from '../csv/field-memory.ts';
import { type RefusalCode, Refused, type RefusedRow, withoutKey } from '../csv/refused.ts';
import { openCsvSink } from '../write/csv-sink.ts';
import { openParquetSink } from '../write/parquet-sink.ts';
import type { RowSink, WrittenFile } from '../write/row-sink.ts';
import { type WrittenColumns, partsFor, splitText } from '../write/split-text.ts';
import { type ChunkJob, type ChunkOutcome, type Learnt, NOTHING_LEARNT, type Refusal } from './messages.ts';
import { textBytes } from './record-text.ts';
import { Sieve } from './sieve.ts';

/** Rows of one Arrow batch. 65,536 were not faster and took 90 MB more of memory per thread, 16,384 took 10 MB more. */
const BATCH_ROWS = 8_192;
const BATCH_BYTES = 8 * 1024 * 1024;
/** Fields found before the columns take them. */
const BLOCK_FIELDS = 32_768;
const LONGEST_QUOTE = 200;

/** Converts the records of one chunk into one file. Where one is refused that may be spared, all are read again, more slowly. */
export async function convertChunk(job: ChunkJob, memory: FieldMemory): Promise<ChunkOutcome> {
  const file = openSync(job.source, 'r');
  try {
    const source = { file, bytes: job.sourceBytes, chunk: job.chunk };
    const convert = (mode: Mode) =>
      new ChunkConversion(job, { reader: new ChunkReader(source, memory), memory, mode }).run();
    const outcome = await convert('quick');
    return outcome.kind === 'refused' && maySpare(job, outcome.code) ? await convert('sparing') : outcome;
  } finally {
    closeSync(file);
  }
}

type Mode = 'quick' | 'sparing';

interface Tools {
  readonly reader: ChunkReader;
  readonly memory: FieldMemory;
  readonly mode: Mode;
}

/** Behind a quote out of place nobody can tell where records begin. */
const NEVER_SPARED: ReadonlySet<RefusalCode> = new Set(['E_CSV_STRAY_QUOTE', 'E_CSV_QUOTE_OPEN']);
const CHARACTERS: ReadonlySet<RefusalCode> = new Set(['E_TEXT_NUL', 'E_TEXT_NOT_UTF8']);

function maySpare({ badRows }: ChunkJob, code: RefusalCode): boolean {
  if (badRows.characters === 'replace' && CHARACTERS.has(code)) return true;
  return badRows.atMost > 0 && !NEVER_SPARED.has(code);
}

class ChunkConversion {
  readonly #job: ChunkJob;
  readonly #reader: ChunkReader;
  readonly #block: FieldBlock;
  readonly #columns: readonly AnyColumn[];
  readonly #batchRows: number;
  #rows = 0;
  #pending = 0;
  #shortRows = 0;
  #sink: RowSink | undefined;
  /** Scales and parts of the columns of the file. */
  #shape = '';
  #isVoid = false;
  readonly #sieve: Sieve | undefined;
  readonly #heldChecks: readonly HeldCheck[];

  constructor(job: ChunkJob, { reader, memory, mode }: Tools) {
    this.#job = job;
    this.#reader = reader;
    const bytes = job.chunk.end - job.chunk.start;
    // A record has at least one byte, so a small chunk needs little memory.
    const capacity = Math.min(Math.max(16, Math.floor(BLOCK_FIELDS / job.width)), BATCH_ROWS, bytes);
    const sparing = mode === 'sparing';
    this.#block = new FieldBlock({ width: job.width, capacity, crlf: job.crlf, sparing }, memory);
    this.#sieve = sparing ? new Sieve(job, capacity) : undefined;
    this.#heldChecks = openHeldChecks(job.plans, textBytes);
    this.#batchRows = Math.min(BATCH_ROWS, bytes);
    const room = Math.min(bytes, BATCH_ROWS * 16);
    this.#columns = job.plans.map((plan) => openColumn(plan, this.#batchRows + capacity, room));
  }

  async run(): Promise<ChunkOutcome> {
    try {
      return await this.#convert();
    } finally {
      // A removed file that is still open keeps its room on a full disk.
      this.#sink?.discard();
      for (const held of [this.#reader, this.#block, ...this.#columns]) held.close();
    }
  }

  async #convert(): Promise<ChunkOutcome> {
    for (;;) {
      if (Atomics.load(this.#job.unwanted, 0) <= this.#job.index) return { kind: 'unwanted' };
      const step = this.#next();
      if (step === 'end') break;
      if (this.#sieve?.isOverfull === true) return this.#overfull(this.#sieve);
      if (step !== 'taken') return this.#refused(step);
      if (this.#isBatchFull()) await this.#flush();
    }
    await this.#flush();
    return this.#converted(await this.#finish());
  }

  #next(): RefusedRow | 'taken' | 'end' {
    try {
      if (!this.#reader.next(this.#block)) return 'end';
    } catch (error) {
      if (error instanceof Refused) return error.refused;
      throw error;
    }
    this.#sieve?.clean(this.#block, this.#reader.base);
    const refused = this.#take();
    if (refused !== undefined) return refused;
    this.#rows += this.#block.rows;
    this.#pending += this.#block.rows;
    this.#shortRows += this.#block.shortRows;
    return 'taken';
  }

  /** Gives the block to every column; the refusal of the first row in the file wins. */
  #take(): RefusedRow | undefined {
    let first = this.#job.needsKey ? withoutKey(this.#block, this.#job.key, 0) : undefined;
    for (const check of this.#heldChecks) {
      const refused = check(this.#block, 0);
      if (refused !== undefined && (first === undefined || refused.row < first.row)) first = refused;
    }
    for (const [index, column] of this.#columns.entries()) {
      const field = this.#job.plans[index]?.index ?? 0;
      const refused = column.append(this.#block, field);
      if (refused !== undefined && (first === undefined || refused.row < first.row)) first = { ...refused, field };
    }
    return first;
  }

  #isBatchFull(): boolean {
    if (this.#pending >= this.#batchRows) return true;
    return this.#columns.some((column) => column.kind === 'text' && column.size >= BATCH_BYTES);
  }

  /** Writes the batch, unless a scale or a number of parts grew after the first one: then the file is void and only learning goes on. */
  async #flush(): Promise<void> {
    if (this.#pending === 0) return;
    const learnt = this.#learnt();
    const shape = learnt.map(({ scale, parts }) => `${scale} ${parts}`).join();
    this.#isVoid ||= this.#sink !== undefined && shape !== this.#shape;
    if (!this.#isVoid) {
      this.#shape = shape;
      const parts = learnt.map((column) => column.parts);
      const written = splitText({ plans: this.#job.plans, columns: this.#columns }, parts);
      this.#sink ??= this.#openSink(written);
      await this.#sink.write(written.columns, this.#pending);
    }
    for (const column of this.#columns) column.clear();
    this.#pending = 0;
  }

  #openSink({ plans, columns }: WrittenColumns): RowSink {
    const { format, path } = this.#job;
    return format === 'csv' ? openCsvSink(path) : openParquetSink(path, plans, columns);
  }

  async #finish(): Promise<WrittenFile | undefined> {
    const file = await this.#sink?.close();
    if (!this.#isVoid) return file;
    rmSync(this.#job.path, { force: true });
    return undefined;
  }

  #converted(file: WrittenFile | undefined): ChunkOutcome {
    const counted = {
      kind: 'converted',
      rows: this.#rows,
      shortRows: this.#shortRows,
      learnt: this.#learnt(),
      setAside: this.#sieve?.setAside ?? [],
      replaced: this.#sieve?.replaced ?? { values: 0, first: [] },
    } as const;
    return file === undefined ? counted : { ...counted, file };
  }

  #learnt(): Learnt[] {
    return this.#columns.map((column, index) => {
      if (column.kind === 'number') return { ...NOTHING_LEARNT, scale: column.scale };
      if (column.kind !== 'text') return NOTHING_LEARNT;
      const { longText, parts } = this.#job.plans[index] ?? { longText: 'refuse', parts: 1 };
      return {
        scale: 0,
        longest: column.longest,
        parts: longText === 'split' || longText === 'parts' ? Math.max(parts, partsFor(column.longest)) : 1,
      };
    });
  }

  #overfull({ setAside }: Sieve): ChunkOutcome {
    const [first] = setAside.toSorted((a, b) => a.position - b.position);
    return first === undefined ? { kind: 'unwanted' } : { kind: 'overfull', first };
  }

  #refused(refused: RefusedRow): Refusal {
    const { code, row, field } = refused;
    const place = { kind: 'refused', code, row: this.#taken() + row, position: this.#position(refused) } as const;
    if (field === undefined) return { ...place, key: [] };
    const key = this.#job.key.map((index) => this.#text(row, index));
    const bytes = code === 'E_TEXT_TOO_LONG' ? { bytes: textBytes(this.#block, row, field) } : {};
    return { ...place, field, value: this.#text(row, field), ...bytes, key };
  }

  /** Rows of the chunk so far. */
  #taken(): number {
    return this.#rows + (this.#sieve?.setAside.length ?? 0);
  }

  #position({ row, field, position }: RefusedRow): number {
    const block = this.#block;
    const inBlock = field === undefined ? block.recordStart : (block.starts[row * block.width] ?? 0);
    return position ?? this.#reader.base + inBlock;
  }

  #text(row: number, field: number): string {
    const index = row * this.#block.width + field;
    const start = this.#block.starts[index] ?? 0;
    const end = Math.min(this.#block.ends[index] ?? 0, start + LONGEST_QUOTE);
    return this.#block.bytes.toString('utf8', start, end);
  }
}
