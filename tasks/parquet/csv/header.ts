import type { FileHandle } from 'node:fs/promises';

import { DataFailure } from '#framework';

import { FieldBlock, type Stretch } from './field-block.ts';
import { Refused } from './refused.ts';

const LINE_FEED = 0x0a;
const MOST_COLUMNS = 4096;
const FIRST_READ = 64 * 1024;
/** Most bytes that are read to find the header. */
export const LONGEST_HEADER = 4 * 1024 * 1024;
const BYTE_ORDER_MARK = Buffer.from([0xef, 0xbb, 0xbf]);

export interface Header {
  readonly names: readonly string[];
  /** Where the first record begins. */
  readonly end: number;
  /** Lines end with CR LF: the header does. */
  readonly crlf: boolean;
}

/** @throws DataFailure `E_CSV_HEADER_UNREADABLE` */
export async function readHeader(file: FileHandle, extract: string): Promise<Header> {
  for (let size = FIRST_READ; size <= LONGEST_HEADER; size *= 8) {
    const bytes = Buffer.alloc(size + 2);
    const { bytesRead } = await file.read(bytes, 0, size, 0);
    const isWhole = bytesRead < size;
    if (isWhole && bytesRead > 0 && bytes[bytesRead - 1] !== LINE_FEED) bytes[bytesRead] = LINE_FEED;
    const to = isWhole && bytes[bytesRead] === LINE_FEED ? bytesRead + 1 : bytesRead;
    bytes[to] = LINE_FEED;
    const header = findHeader(bytes, to, extract);
    if (header !== undefined) return { ...header, end: Math.min(header.end, bytesRead) };
    if (isWhole) break;
  }
  throw unreadable(extract, 'the file has no header line of at most 4 MB');
}

function findHeader(bytes: Buffer, to: number, extract: string): Header | undefined {
  const from = bytes.subarray(0, BYTE_ORDER_MARK.length).equals(BYTE_ORDER_MARK) ? BYTE_ORDER_MARK.length : 0;
  const block = new FieldBlock({ width: MOST_COLUMNS, capacity: 1, crlf: true });
  const end = fill(block, bytes, { from, to, lastStart: from });
  if (end < 0) throw unreadable(extract, 'a quote stands in the middle of a name, or there are more than 4,096 names');
  if (block.rows === 0) return undefined;
  const names: string[] = [];
  for (let index = 0; index < MOST_COLUMNS && (block.ends[index] ?? 0) > 0; index += 1) {
    names.push(bytes.toString('utf8', block.starts[index], block.ends[index]).replaceAll('""', '"'));
  }
  assertNames(names, extract);
  return { names, end, crlf: bytes[end - 2] === 0x0d };
}

/** Position behind the header, or -1 where it is not CSV. */
function fill(block: FieldBlock, bytes: Buffer, stretch: Stretch): number {
  try {
    return block.fill(bytes, stretch);
  } catch (error) {
    if (error instanceof Refused) return -1;
    throw error;
  }
}

function assertNames(names: readonly string[], extract: string): void {
  const seen = new Set<string>();
  for (const name of names) {
    if (name === '') throw unreadable(extract, 'a column has no name');
    if (seen.has(name)) throw unreadable(extract, `column "${name}" occurs twice`);
    seen.add(name);
  }
}

function unreadable(extract: string, why: string): DataFailure {
  return new DataFailure(
    'E_CSV_HEADER_UNREADABLE',
    `Extract ${extract}: cannot read the header, because ${why}. Expected one line of different column names, separated by commas.`,
    { details: { extract } },
  );
}
