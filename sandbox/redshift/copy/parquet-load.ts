import { randomUUID } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';

import type { ParquetColumn, ParquetReader } from './parquet-reader.ts';
import { checkParquetSchema, tooLong } from './parquet-schema.ts';
import { type S3File, lengthOf, openFile } from './s3-files.ts';
import type { S3Reader } from './s3-reader.ts';
import { openSmallParquet } from './small-parquet.ts';
import type { TargetColumn } from './target-column.ts';

export interface ParquetLoad {
  readonly s3: S3Reader;
  readonly parquet: ParquetReader;
  /** For the files while they are read. */
  readonly directory: string;
  /** Files of at most so many bytes are read in memory. */
  readonly smallParquetBytes: number;
  readonly columns: readonly TargetColumn[];
  readonly fillRecord: boolean;
}

/** The rows of the files as CSV for PostgreSQL: NULL is an unquoted `\N`, everything else is quoted. */
export async function* parquetRows(files: readonly S3File[], load: ParquetLoad): AsyncGenerator<Buffer> {
  for (const file of files) {
    const answer = await openFile(load.s3, file);
    if (lengthOf(answer) > load.smallParquetBytes) yield* largeCsv(answer, file, load);
    else yield* smallCsv(await buffer(answer), file, load);
  }
}

async function* smallCsv(bytes: Buffer, file: S3File, load: ParquetLoad): AsyncGenerator<Buffer> {
  const small = openSmallParquet(bytes);
  if (small !== undefined) checkParquetSchema(small.columns, load.columns, { ...load, url: file.url });
  const rows = await small?.rows();
  if (small === undefined || rows === undefined) return yield* largeCsv(Readable.from([bytes]), file, load);
  for (const { target, name, place } of limitedTexts(small.columns, load.columns)) {
    const longest = rows.reduce((most, row) => Math.max(most, Buffer.byteLength(row[place] ?? '')), 0);
    if (longest > target.length) throw tooLong(name, target, { bytes: longest, url: file.url });
  }
  const padding = load.columns.slice(small.columns.length).map(() => null);
  yield Buffer.from(rows.map((row) => `${[...row, ...padding].map(csvCell).join(',')}\n`).join(''));
}

function csvCell(value: string | null): string {
  return value === null ? String.raw`\N` : `"${value.replaceAll('"', '""')}"`;
}

async function* largeCsv(body: Readable, file: S3File, load: ParquetLoad): AsyncGenerator<Buffer> {
  const path = join(load.directory, randomUUID());
  try {
    await pipeline(body, createWriteStream(path));
    await convert(path, file, load);
    for await (const chunk of createReadStream(`${path}.csv`)) yield Buffer.from(chunk);
  } finally {
    await Promise.all([rm(path, { force: true }), rm(`${path}.csv`, { force: true })]);
  }
}

async function convert(path: string, file: S3File, { parquet, columns, fillRecord }: ParquetLoad): Promise<void> {
  const found = await parquet.columns(path);
  checkParquetSchema(found, columns, { url: file.url, fillRecord });
  const written = columns.map((target, index) => {
    const column = found[index];
    return column === undefined ? undefined : { column, mostBytes: mostBytesOf(target) };
  });
  try {
    await parquet.writeCsv(path, written, `${path}.csv`);
  } catch (error) {
    // Looked for only now: nearly every file fits.
    await refuseLongest(path, file, { parquet, columns, found });
    throw error;
  }
}

function mostBytesOf({ type, length }: TargetColumn): number | undefined {
  return type.startsWith('character') && length > 0 ? length : undefined;
}

async function refuseLongest(
  path: string,
  { url }: S3File,
  { parquet, columns, found }: Pick<ParquetLoad, 'parquet' | 'columns'> & { readonly found: readonly ParquetColumn[] },
): Promise<void> {
  const texts = limitedTexts(found, columns);
  const longest = await parquet.longest(
    path,
    texts.map(({ name }) => name),
  );
  texts.forEach(({ target, name }, index) => {
    const bytes = longest[index] ?? 0;
    if (bytes > target.length) throw tooLong(name, target, { bytes, url });
  });
}

interface LimitedText {
  readonly target: TargetColumn;
  readonly name: string;
  readonly place: number;
}

function limitedTexts(found: readonly ParquetColumn[], targets: readonly TargetColumn[]): LimitedText[] {
  return found.flatMap(({ name }, place) => {
    const target = targets[place];
    return target === undefined || mostBytesOf(target) === undefined ? [] : [{ target, name, place }];
  });
}
