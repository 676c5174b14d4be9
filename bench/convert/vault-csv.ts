import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

import type { CsvColumn } from '#tasks/parquet';

/** A Vault object of 22 columns: ids, instants, decimals, booleans and text, about 300 bytes a row. */
export const COLUMNS: readonly CsvColumn[] = [
  { name: 'id', type: 'text' },
  { name: 'modified_date__v', type: 'timestamp' },
  { name: 'name__v', type: 'text' },
  { name: 'status__v', type: 'text' },
  { name: 'created_by__v', type: 'text' },
  { name: 'created_date__v', type: 'timestamp' },
  { name: 'modified_by__v', type: 'text' },
  { name: 'global_id__sys', type: 'text' },
  { name: 'link__sys', type: 'text' },
  { name: 'amount__c', type: 'number' },
  { name: 'price__c', type: 'number' },
  { name: 'active__c', type: 'boolean' },
  { name: 'start_date__c', type: 'date' },
  { name: 'summary__c', type: 'text' },
  { name: 'comment__c', type: 'text' },
  { name: 'country__v', type: 'text' },
  { name: 'type__v', type: 'text' },
  { name: 'count__c', type: 'number' },
  { name: 'approved_date__c', type: 'timestamp' },
  { name: 'obsolete__c', type: 'boolean' },
  { name: 'study__v', type: 'text' },
  { name: 'note__c', type: 'text' },
];

const WORDS = 'lorem ipsum dolor sit amet größe naïve elit 東京 do eiusmod темп'.split(' ');
const ROWS_AT_ONCE = 2000;

export interface Shape {
  readonly bytes: number;
  /** No more rows than these, whatever the bytes. */
  readonly atMostRows?: number;
  readonly seed: number;
}

/** Writes whole rows until the file has about `bytes`; returns the number of rows. The same seed gives the same file. */
export async function writeVaultCsv(path: string, shape: Shape): Promise<number> {
  const { atMostRows: most = Infinity } = shape;
  let rows = 0;
  function* blocks(): Generator<string> {
    const random = generator(shape.seed);
    yield `${COLUMNS.map(({ name }) => name).join(',')}\n`;
    for (let bytes = 0; bytes < shape.bytes && rows < most;) {
      const count = Math.min(ROWS_AT_ONCE, most - rows, Math.ceil((shape.bytes - bytes) / 250));
      const block = Array.from({ length: count }, (_, index) => row(rows + index, random)).join('');
      rows += count;
      bytes += Buffer.byteLength(block);
      yield block;
    }
  }
  await pipeline(Readable.from(blocks()), createWriteStream(path));
  return rows;
}

type Random = () => number;

function row(number: number, random: Random): string {
  const one = (count: number): number => Math.floor(random() * count);
  const word = (): string => WORDS[one(WORDS.length)] ?? '';
  const instant = (): string => new Date(1.6e12 + one(1.6e11)).toISOString();
  const some = (share: number, text: string): string => (random() < share ? text : '');
  const text = (words: number): string => Array.from({ length: words }, word).join(' ');
  const quoted = (words: number): string =>
    `"${text(words)}, ${random() < 0.5 ? 'with ""quotes""\nand lines' : 'plain'}"`;
  return `${[
    `V0Z${String(number).padStart(12, '0')}`,
    instant(),
    `Product ${number}`,
    random() < 0.8 ? 'active__v' : 'inactive__v',
    String(1000 + one(500)),
    instant(),
    String(1000 + one(500)),
    `12345_${number}`,
    some(0.5, `https://vault.example/link/${number}`),
    (one(1e8) / 100).toFixed(2),
    (one(1e8) / 10_000).toFixed(4),
    random() < 0.5 ? 'true' : 'false',
    instant().slice(0, 10),
    some(0.8, quoted(4)),
    quoted(2),
    word(),
    `${word()}__v`,
    String(one(1e5)),
    some(0.7, instant()),
    some(0.8, 'true'),
    `V0A${String(one(1e5)).padStart(12, '0')}`,
    quoted(1),
  ].join(',')}\n`;
}

/** A linear congruential generator: small, and the same everywhere. */
function generator(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
