import { createGunzip } from 'node:zlib';

import type { CopyOptions } from './copy-statement.ts';
import { type CsvRecord, readRecords } from './csv-records.ts';
import { readValue } from './csv-values.ts';
import type { LoadError } from './load-error.ts';
import { type S3File, openFile } from './s3-files.ts';
import type { S3Reader } from './s3-reader.ts';
import type { TargetColumn } from './target-column.ts';

/** Marks the default of a column in PostgreSQL's COPY text. */
export const DEFAULT_MARK = String.raw`\D`;

/** The errors of one COPY; the load stops when there are as many as it allows. */
export interface CsvLoad {
  readonly options: CopyOptions;
  readonly columns: readonly TargetColumn[];
  readonly errors: LoadError[];
}

/** Thrown when a COPY has met as many errors as end it. */
export class TooManyLoadErrors extends Error {}

const BATCH_BYTES = 64 * 1024;

/** The rows of the files as lines of PostgreSQL's COPY text. */
export async function* csvLines(s3: S3Reader, files: readonly S3File[], load: CsvLoad): AsyncGenerator<string> {
  let batch = '';
  for (const file of files) {
    for await (const record of recordsOf(s3, file, load.options)) {
      batch += lineOf(record, file, load) ?? '';
      if (load.errors.length >= Math.max(1, load.options.mostErrors)) throw new TooManyLoadErrors();
      if (batch.length < BATCH_BYTES) continue;
      yield batch;
      batch = '';
    }
  }
  if (batch !== '') yield batch;
}

async function* recordsOf(s3: S3Reader, file: S3File, options: CopyOptions): AsyncGenerator<CsvRecord> {
  const bytes = await openFile(s3, file);
  const plain = options.gzip || file.key.endsWith('.gz') ? bytes.pipe(createGunzip()) : bytes;
  if (plain !== bytes) bytes.on('error', (error) => plain.destroy(error));
  let skipped = 0;
  for await (const record of readRecords(plain, options)) {
    if (skipped < options.ignoreHeader) skipped += 1;
    else if (!(options.ignoreBlankLines && record.raw === '')) yield record;
  }
}

/** One line, or undefined for a record with an error, which is added to the load's. */
function lineOf(record: CsvRecord, file: S3File, load: CsvLoad): string | undefined {
  const problem = record.error ?? countProblem(record, load);
  if (problem !== undefined) return note(load, { ...problem, ...placeOf(record, file), rawField: '' });
  const cells: string[] = [];
  for (const [index, column] of load.columns.entries()) {
    const bytes = record.fields[index] ?? '';
    const cell = cellOf(bytes, column, load.options);
    if (typeof cell !== 'string') return note(load, { ...cell, column, ...placeOf(record, file), rawField: bytes });
    cells.push(cell);
  }
  return `${cells.join('\t')}\n`;
}

interface Problem {
  readonly code: number;
  readonly reason: string;
}

function countProblem({ fields }: CsvRecord, { columns, options }: CsvLoad): Problem | undefined {
  if (fields.length > columns.length) return { code: 1202, reason: 'Extra column(s) found' };
  if (fields.length < columns.length && !options.fillRecord) return { code: 1203, reason: 'Delimiter not found' };
  return undefined;
}

function placeOf(record: CsvRecord, file: S3File): Pick<LoadError, 'file' | 'line' | 'rawLine'> {
  return { file: file.url, line: record.line, rawLine: Buffer.from(record.raw, 'latin1').toString('utf8') };
}

function note(load: CsvLoad, error: LoadError): undefined {
  load.errors.push(error);
}

function cellOf(bytes: string, column: TargetColumn, options: CopyOptions): string | Problem {
  const value = readValue(bytes, column, options);
  if (value.kind === 'refused') return value;
  if (value.kind === 'text') return escape(value.text);
  if (column.isNullable) return String.raw`\N`;
  return column.hasDefault ? DEFAULT_MARK : { code: 1213, reason: 'Missing data for not-null field' };
}

const SPECIAL: Readonly<Record<string, string>> = { '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t' };

function escape(text: string): string {
  return /[\\\n\r\t]/.test(text) ? text.replaceAll(/[\\\n\r\t]/g, (mark) => SPECIAL[mark] ?? mark) : text;
}
