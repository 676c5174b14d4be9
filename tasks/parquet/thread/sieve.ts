import { type HeldCheck, openHeldChecks } from '../columns/held-values.ts';
import { type AnyColumn, openColumn } from '../columns/open-column.ts';
import { longestText } from '../columns/text-column.ts';
import { badCharacters } from '../csv/chunk-reader.ts';
import type { FieldBlock } from '../csv/field-block.ts';
import { type RefusedRow, withoutKey } from '../csv/refused.ts';
import type { ChunkJob, Replaced, SetAside } from './messages.ts';
import { recordSpan, shownText, textBytes } from './record-text.ts';

const LONGEST_VALUE = 4000;
/** Redshift's longest key. */
const LONGEST_KEY = 1024;
const MOST_REPLACED_SHOWN = 20;
const REPLACEMENT = Buffer.from('\uFFFD');

/**
 * Takes the bad rows out of blocks before the columns get them, so that columns never have to give values back. Only a
 * chunk that was refused is read again through a sieve; clean ones cost nothing.
 */
export class Sieve {
  readonly setAside: SetAside[] = [];
  readonly replaced: { values: number; readonly first: Replaced[] } = { values: 0, first: [] };
  readonly #job: ChunkJob;
  readonly #columns: readonly AnyColumn[];
  readonly #heldChecks: readonly HeldCheck[];

  constructor(job: ChunkJob, capacity: number) {
    this.#job = job;
    this.#columns = job.plans.map((plan) => openColumn(plan, capacity, capacity));
    // A text that is mended later counts with what it will be then.
    this.#heldChecks = openHeldChecks(job.plans, job.badRows.characters === 'replace' ? mendedBytes : textBytes);
  }

  get isOverfull(): boolean {
    return this.setAside.length > this.#job.badRows.atMost;
  }

  /** @param base position in the file of the first byte of the block */
  clean(block: FieldBlock, base: number): void {
    this.#takeOut(block, base);
    if (this.#job.badRows.characters === 'replace') this.#replace(block, base);
  }

  #takeOut(block: FieldBlock, base: number): void {
    this.#overlong(block, base);
    const finds: ((row: RefusedRow | undefined) => RefusedRow | undefined)[] = [];
    if (this.#job.badRows.characters === 'refuse') finds.push((last) => nextBadText(block, last?.row ?? 0));
    else finds.push((last) => this.#nextGrownText(block, last?.row ?? 0));
    if (this.#job.needsKey) finds.push((last) => withoutKey(block, this.#job.key, last?.row ?? 0));
    // Before the columns, which would learn a scale from a row that is out.
    for (const check of this.#heldChecks) finds.push((last) => check(block, last?.row ?? 0));
    for (const [index, column] of this.#columns.entries()) {
      const field = this.#job.plans[index]?.index ?? 0;
      finds.push(() => {
        const refused = column.append(block, field);
        column.clear();
        return refused === undefined ? undefined : { ...refused, field };
      });
    }
    for (const find of finds) {
      // A row that is out leaves its place to the next one.
      for (let bad = find(undefined); bad !== undefined && !this.isOverfull; bad = find(bad)) {
        this.#setAside(block, bad, base);
        block.remove(bad.row);
      }
    }
  }

  /** U+FFFD has three bytes, so a text may become too long by being mended. */
  #nextGrownText(block: FieldBlock, from: number): RefusedRow | undefined {
    for (let row = from; row < block.rows; row += 1) {
      if (badCharacters(block, row) === undefined) continue;
      for (const { index: field, longText, type } of this.#job.plans) {
        if (type !== 'text') continue;
        if (mendedBytes(block, row, field) > longestText(longText)) return { code: 'E_TEXT_TOO_LONG', row, field };
      }
    }
    return undefined;
  }

  #overlong(block: FieldBlock, base: number): void {
    for (const { from, to, starts, ends } of block.overlong) {
      const { bytes } = block;
      const key = this.#job.key.map((field) =>
        shownText(bytes, { from: starts[field] ?? 0, to: ends[field] ?? 0 }, LONGEST_KEY),
      );
      const text = shownText(bytes, { from, to });
      this.setAside.push({ code: 'E_CSV_TOO_MANY_FIELDS', position: base + from, key, text });
    }
  }

  #setAside(block: FieldBlock, { code, row, field }: RefusedRow, base: number): void {
    const span = recordSpan(block, row);
    const named =
      field === undefined ? {} : { field, value: this.#text(block, row * block.width + field, LONGEST_VALUE) };
    const bytes = field !== undefined && code === 'E_TEXT_TOO_LONG' ? { bytes: mendedBytes(block, row, field) } : {};
    const place = { code, position: base + span.from, key: this.#key(block, row) };
    this.setAside.push({ ...place, ...named, ...bytes, text: shownText(block.bytes, span) });
  }

  /** Puts changed fields behind the bytes at hand; all others stay where they are. */
  #replace(block: FieldBlock, base: number): void {
    const { bytes, width } = block;
    const pieces: Buffer[] = [bytes];
    let length = bytes.length;
    for (let row = 0; row < block.rows; row += 1) {
      if (badCharacters(block, row) === undefined) continue;
      const span = recordSpan(block, row);
      const key = this.#key(block, row);
      for (let field = 0; field < width; field += 1) {
        const index = row * width + field;
        const before = bytes.subarray(block.starts[index], block.ends[index]);
        const after = withoutBadCharacters(before);
        if (after.equals(before)) continue;
        this.#note({ position: base + span.from, field, key });
        pieces.push(after);
        block.starts[index] = length;
        block.ends[index] = length += after.length;
      }
    }
    if (pieces.length > 1) block.bytes = Buffer.concat(pieces);
  }

  #note(replaced: Replaced): void {
    this.replaced.values += 1;
    if (this.replaced.first.length < MOST_REPLACED_SHOWN) this.replaced.first.push(replaced);
  }

  #key(block: FieldBlock, row: number): readonly string[] {
    return this.#job.key.map((field) => this.#text(block, row * block.width + field, LONGEST_KEY));
  }

  #text({ bytes, starts, ends, escaped }: FieldBlock, index: number, most: number): string {
    const text = shownText(bytes, { from: starts[index] ?? 0, to: ends[index] ?? 0 }, most);
    return escaped[index] === 1 ? text.replaceAll('""', '"') : text;
  }
}

function nextBadText(block: FieldBlock, from: number): RefusedRow | undefined {
  for (let row = from; row < block.rows; row += 1) {
    const bad = badCharacters(block, row);
    if (bad !== undefined) return bad;
  }
  return undefined;
}

function mendedBytes(block: FieldBlock, row: number, field: number): number {
  const index = row * block.width + field;
  const value = block.bytes.subarray(block.starts[index], block.ends[index]);
  return textBytes(block, row, field) + withoutBadCharacters(value).length - value.length;
}

/** Decoding already puts U+FFFD where the bytes are no UTF-8. */
function withoutBadCharacters(bytes: Buffer): Buffer {
  return Buffer.from(bytes.toString('utf8').replaceAll('\0', REPLACEMENT.toString()));
}
