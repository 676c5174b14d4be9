import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';

import { parse } from 'csv-parse';

import { DataFailure } from '#framework';

export interface CsvFile {
  readonly path: string;
  /** The member's name, for messages. */
  readonly member: string;
  readonly signal: AbortSignal;
}

/**
 * Calls `take` with every record of a small CSV file, by column name. Columns are found by name, in any order and case.
 * @throws DataFailure `E_ARCHIVE_CSV_UNREADABLE`
 */
export async function readCsv(file: CsvFile, take: (record: ReadonlyMap<string, string>) => void): Promise<void> {
  const parser = parse({ bom: true, skip_empty_lines: true, relax_column_count_less: true });
  let header: readonly string[] | undefined;
  try {
    await pipeline(
      createReadStream(file.path),
      parser,
      async (rows: AsyncIterable<readonly string[]>) => {
        for await (const row of rows) {
          if (header === undefined) header = row.map((name) => name.trim().toLowerCase());
          else take(new Map(header.map((name, index) => [name, row[index] ?? ''])));
        }
      },
      { signal: file.signal },
    );
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
