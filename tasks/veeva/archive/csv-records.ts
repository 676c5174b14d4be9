import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';

import { parse } from 'csv-parse';

import { DataFailure } from '#framework';

export interface CsvFile {
  readonly path: string;
  /** The member's name, for messages. */
  readonly member: string;
  readonly signal: AbortSignal;
}

/** These files are held in memory; a Vault with 1,500 objects of 500 fields has a metadata file three quarters as long. */
const MOST_RECORDS = 1_000_000;
const LONGEST_RECORD = 1_000_000;
const MOST_COLUMNS = 1000;
const MOST_BYTES = 100e6;

const DIALECT = {
  bom: true,
  skip_empty_lines: true,
  relax_column_count_less: true,
  max_record_size: LONGEST_RECORD,
} as const;

/**
 * Calls `take` with every record of a small CSV file, by column name. Columns are found by name, in any order and case.
 * @throws DataFailure `E_ARCHIVE_CSV_UNREADABLE`
 */
export async function readCsv(file: CsvFile, take: (record: ReadonlyMap<string, string>) => void): Promise<void> {
  try {
    const { size } = await stat(file.path);
    if (size > MOST_BYTES) throw new Error(`it has ${size} bytes; ${MOST_BYTES} are the most that are read`);
    await pipeline(createReadStream(file.path), parse(DIALECT), (rows) => takeRecords(rows, take), {
      signal: file.signal,
    });
  } catch (error) {
    file.signal.throwIfAborted();
    if (error instanceof DataFailure) throw error;
    throw new DataFailure(
      'E_ARCHIVE_CSV_UNREADABLE',
      `${file.member} cannot be read as CSV (${error instanceof Error ? error.message : String(error)}). Ask Veeva to publish the file again.`,
      {
        cause: error,
        details: { member: file.member },
      },
    );
  }
}

async function takeRecords(
  rows: AsyncIterable<readonly string[]>,
  take: (record: ReadonlyMap<string, string>) => void,
): Promise<void> {
  let header: readonly string[] | undefined;
  let records = 0;
  for await (const row of rows) {
    records += 1;
    if (records > MOST_RECORDS) throw new Error(`it has more than ${MOST_RECORDS} records`);
    if (row.length > MOST_COLUMNS) throw new Error(`it has more than ${MOST_COLUMNS} columns`);
    if (header === undefined) header = row.map((name) => name.trim().toLowerCase());
    else take(new Map(header.map((name, index) => [name, row[index] ?? ''])));
  }
}

/**
 * The value of a column that must be there.
 * @throws DataFailure `E_ARCHIVE_COLUMN_MISSING`
 */
export function required(record: ReadonlyMap<string, string>, column: string, member: string): string {
  const value = record.get(column);
  if (value !== undefined) return value;
  throw new DataFailure(
    'E_ARCHIVE_COLUMN_MISSING',
    `${member} has no column "${column}"; it has ${[...record.keys()].join(', ')}. Windrow cannot read this form of Direct Data.`,
    { details: { member, column } },
  );
}
