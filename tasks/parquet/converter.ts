import { open, rm } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';

import { Bug, bounded } from '#framework';

import type { BadRowPolicy, ConvertRequest, Converted, ConvertedFile, Converter } from './conversion.ts';
import { BYTES_BEHIND } from './csv/chunk-reader.ts';
import { Chunks, type Span, cut } from './csv/chunks.ts';
import { LONGEST_HEADER, readHeader } from './csv/header.ts';
import { type ConvertedExtract, overfullFailure, refusalFailure } from './errors.ts';
import { badRowReport } from './bad-row-report.ts';
import { type Layout, columnsOf, layoutOf, requireOwnNames } from './layout.ts';
import {
  type ChunkJob,
  type ChunkOutcome,
  type Job,
  type Learnt,
  NOTHING_LEARNT,
  type Outcome,
} from './thread/messages.ts';
import { ThreadPool, closed } from './thread/thread-pool.ts';

/** Most CSV of one output file: the encoder holds a whole file in memory, and Redshift reads files of 1 MB to 1 GB well. */
const CHUNK_BYTES = 32 * 1024 * 1024;
const ALL_WANTED = 0x7f_ff_ff_ff;

export interface ConverterOptions {
  /** Most threads at work; each takes about 40 MB. The number of cores when absent. */
  readonly threads?: number;
  /** Bytes of CSV that become one file. */
  readonly chunkBytes?: number;
}

/** Opens the conversion threads; they start with the first request and are kept until `close`. */
export function openConverter(options: ConverterOptions = {}): Converter {
  const threads = options.threads ?? availableParallelism();
  const pool = new ThreadPool<Job, Outcome>(new URL('./thread/convert-thread.ts', import.meta.url), threads);
  const tools = { pool, threads, chunkBytes: options.chunkBytes ?? CHUNK_BYTES };
  const underWay = new Set<Promise<Converted>>();
  let isClosed = false;
  return {
    convert: async (request) => {
      if (isClosed) throw closed();
      const work = new Conversion(request, tools).run();
      underWay.add(work);
      return work.finally(() => underWay.delete(work));
    },
    close: async () => {
      isClosed = true;
      await Promise.allSettled(underWay);
      await pool.close();
    },
  };
}

interface Tools {
  readonly pool: ThreadPool<Job, Outcome>;
  readonly threads: number;
  readonly chunkBytes: number;
}

/** Bytes of each of several chunks, so that every thread gets as many as the others. */
function evenBytes(bytes: number, { chunkBytes, threads }: Tools): number {
  const chunks = Math.ceil(bytes / chunkBytes);
  return chunks <= 1 ? chunkBytes : Math.ceil(bytes / (Math.ceil(chunks / threads) * threads));
}

/** The source, cut into spans that become chunks. */
interface Cut {
  readonly layout: Layout;
  readonly bytes: number;
  readonly spans: readonly Span[];
  readonly chunks: Chunks;
}

type ConvertedChunk = Extract<ChunkOutcome, { kind: 'converted' }>;

/** One request: cut the file, convert the chunks, and convert again those whose scale turned out too small. */
class Conversion {
  readonly #request: ConvertRequest;
  readonly #tools: Tools;
  readonly #unwanted = new Int32Array(new SharedArrayBuffer(4)).fill(ALL_WANTED);
  readonly #outcomes: ChunkOutcome[] = [];
  readonly #paths = new Set<string>();
  #learnt: readonly Learnt[] = [];

  constructor(request: ConvertRequest, tools: Tools) {
    this.#request = request;
    this.#tools = tools;
  }

  async run(): Promise<Converted> {
    const { signal } = this.#request;
    signal?.throwIfAborted();
    const stop = (): void => void Atomics.store(this.#unwanted, 0, 0);
    signal?.addEventListener('abort', stop);
    try {
      return await this.#convert();
    } catch (error) {
      await this.#removeFiles();
      throw error;
    } finally {
      signal?.removeEventListener('abort', stop);
    }
  }

  async #convert(): Promise<Converted> {
    await this.#arrived(LONGEST_HEADER);
    const file = await open(this.#request.source);
    try {
      const header = await readHeader(file, this.#request.extract);
      const layout = layoutOf(header, this.#request);
      this.#learnt = layout.plans.map(() => NOTHING_LEARNT);
      const bytes = this.#request.arriving?.bytes ?? (await file.stat()).size;
      const spans = bytes > header.end ? cut(header.end, bytes, evenBytes(bytes - header.end, this.#tools)) : [];
      const done = await this.#untilStable({ layout, bytes, spans, chunks: new Chunks(spans, this.#isOdd) });
      return await this.#result(layout, done);
    } finally {
      await file.close();
    }
  }

  /** Waits for the first bytes of a source that is being written. */
  async #arrived(bytes: number): Promise<void> {
    const { arriving } = this.#request;
    await arriving?.until(Math.min(arriving.bytes, bytes));
  }

  readonly #isOdd = async (span: Span): Promise<boolean> => {
    const outcome = await this.#ask({ kind: 'parity', source: this.#request.source, span });
    if (outcome.kind !== 'parity') throw new Bug('E_CONVERT_ANSWER', 'A conversion thread answered another question.');
    return outcome.odd;
  };

  /** The second round has learnt the scale of the whole file; only rows set aside at one scale may ask for a third. */
  async #untilStable(source: Cut): Promise<readonly ConvertedChunk[]> {
    let waiting = [...source.spans.keys()];
    while (waiting.length > 0) {
      await bounded(waiting, this.#bounds(), (index) => this.#chunk(source, index));
      await this.#assertTaken(source.layout);
      waiting = waiting.filter((index) => !this.#isFinal(this.#outcomes[index]));
    }
    return this.#outcomes.filter((outcome) => outcome.kind === 'converted');
  }

  async #chunk(source: Cut, index: number): Promise<void> {
    if (this.#isUnwanted(index)) return;
    await this.#arrived((source.spans[index]?.end ?? 0) + BYTES_BEHIND);
    if (this.#isUnwanted(index)) return;
    this.#paths.add(this.#path(index));
    const outcome = await this.#ask(await this.#job(source, index));
    if (outcome.kind === 'parity') throw new Bug('E_CONVERT_ANSWER', 'A conversion thread answered another question.');
    this.#outcomes[index] = outcome;
    if (outcome.kind === 'refused' || outcome.kind === 'overfull') this.#stopBehind(index);
    if (outcome.kind === 'converted') this.#learn(outcome.learnt);
  }

  #isUnwanted(index: number): boolean {
    return Atomics.load(this.#unwanted, 0) <= index;
  }

  async #job({ layout, bytes, chunks }: Cut, index: number): Promise<ChunkJob> {
    const { source, format } = this.#request;
    const chunk = await chunks.chunk(index);
    return {
      kind: 'chunk',
      source,
      sourceBytes: bytes,
      chunk,
      crlf: layout.header.crlf,
      width: layout.header.names.length,
      plans: layout.plans.map((plan, place) => {
        const { scale, parts } = this.#learnt[place] ?? NOTHING_LEARNT;
        return { ...plan, scale, parts };
      }),
      key: layout.key.map((name) => layout.header.names.indexOf(name)),
      needsKey: this.#request.needsKey ?? false,
      badRows: this.#policy(),
      format,
      path: this.#path(index),
      index,
      unwanted: this.#unwanted,
    };
  }

  async #ask(job: Job): Promise<Exclude<Outcome, { kind: 'broken' }>> {
    try {
      const outcome = await this.#tools.pool.run(job);
      if (outcome.kind === 'broken') throw outcome.error;
      return outcome;
    } catch (error) {
      Atomics.store(this.#unwanted, 0, 0);
      throw error;
    }
  }

  /** Chunks before a refused one go on: the refusal of the first row in the file is the one to report. */
  #stopBehind(index: number): void {
    if (Atomics.load(this.#unwanted, 0) > index + 1) Atomics.store(this.#unwanted, 0, index + 1);
  }

  #learn(learnt: readonly Learnt[]): void {
    this.#learnt = this.#learnt.map((known, place) => ({
      scale: Math.max(known.scale, learnt[place]?.scale ?? 0),
      longest: Math.max(known.longest, learnt[place]?.longest ?? 0),
      parts: Math.max(known.parts, learnt[place]?.parts ?? 1),
    }));
  }

  #isFinal(outcome: ChunkOutcome | undefined): boolean {
    if (outcome?.kind !== 'converted') return false;
    const isWhole = outcome.rows === 0 || outcome.file !== undefined;
    return (
      isWhole && outcome.learnt.every((learnt, place) => outcome.rows === 0 || isSame(learnt, this.#learnt[place]))
    );
  }

  async #assertTaken(layout: Layout): Promise<void> {
    this.#request.signal?.throwIfAborted();
    const { atMost } = this.#policy();
    let rowsBefore = 0;
    let setAside = 0;
    for (const outcome of this.#outcomes) {
      const file = { ...this.#named(layout), rowsBefore };
      if (outcome.kind === 'refused') throw await refusalFailure(outcome, file);
      if (outcome.kind === 'overfull') throw await overfullFailure(outcome.first, file, atMost);
      if (outcome.kind !== 'converted') continue;
      rowsBefore += outcome.rows + outcome.setAside.length;
      setAside += outcome.setAside.length;
      const [first] = outcome.setAside;
      if (first !== undefined && setAside > atMost) throw await overfullFailure(first, file, atMost);
    }
  }

  #policy(): BadRowPolicy {
    return this.#request.badRows ?? { atMost: 0, characters: 'refuse' };
  }

  #named({ header, key }: Layout): ConvertedExtract {
    const { extract, source, limits } = this.#request;
    return { extract, source, names: header.names, key, limits };
  }

  async #result(layout: Layout, done: readonly ConvertedChunk[]): Promise<Converted> {
    const columns = layout.plans.flatMap((plan, place) => columnsOf(plan, this.#learnt[place]));
    // Names that differ in case alone are for the target to tell apart; only a part has a name of ours.
    if (columns.length > layout.plans.length) requireOwnNames(columns, this.#request.extract);
    return {
      ...(await badRowReport(done, this.#named(layout))),
      rows: done.reduce((sum, chunk) => sum + chunk.rows, 0),
      columns,
      files: done.flatMap((chunk): ConvertedFile[] =>
        chunk.file === undefined ? [] : [{ ...chunk.file, rows: chunk.rows }],
      ),
      unknownColumns: layout.unknownColumns,
      shortRows: done.reduce((sum, chunk) => sum + chunk.shortRows, 0),
    };
  }

  async #removeFiles(): Promise<void> {
    await bounded(this.#paths, { atMost: 1 }, (path) => rm(path, { force: true }));
  }

  #path(index: number): string {
    const { directory, name, format } = this.#request;
    return join(directory, `${name}-${String(index).padStart(5, '0')}.${format}`);
  }

  #bounds(): { readonly atMost: number; readonly signal?: AbortSignal } {
    const { signal } = this.#request;
    return signal === undefined ? { atMost: this.#tools.threads } : { atMost: this.#tools.threads, signal };
  }
}

/** Files that were written with the same scale and the same number of parts have the same columns. */
function isSame(learnt: Learnt, known: Learnt | undefined): boolean {
  return learnt.scale === known?.scale && learnt.parts === known.parts;
}
