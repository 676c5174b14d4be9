import { randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';

import type { S3Client } from '@aws-sdk/client-s3';

import type { ParquetColumn, ParquetReader } from './parquet-reader.ts';
import { checkParquetSchema, tooLong } from './parquet-schema.ts';
import { type S3File, downloadFile } from './s3-files.ts';
import type { TargetColumn } from './target-column.ts';

export interface ParquetLoad {
  readonly s3: S3Client;
  readonly parquet: ParquetReader;
  /** For the files while they are read. */
  readonly directory: string;
  readonly columns: readonly TargetColumn[];
  readonly fillRecord: boolean;
}

/** The rows of the files as CSV for PostgreSQL: NULL is an unquoted `\N`. */
export async function* parquetRows(files: readonly S3File[], load: ParquetLoad): AsyncGenerator<Buffer> {
  for (const file of files) {
    const path = join(load.directory, randomUUID());
    try {
      await downloadFile(load.s3, file, path);
      await convert(path, file, load);
      for await (const chunk of createReadStream(`${path}.csv`)) yield Buffer.from(chunk);
    } finally {
      await Promise.all([rm(path, { force: true }), rm(`${path}.csv`, { force: true })]);
    }
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
  const texts = found.flatMap(({ name }, index) => {
    const target = columns[index];
    return target === undefined || mostBytesOf(target) === undefined ? [] : [{ target, name }];
  });
  const longest = await parquet.longest(
    path,
    texts.map(({ name }) => name),
  );
  texts.forEach(({ target, name }, index) => {
    const bytes = longest[index] ?? 0;
    if (bytes > target.length) throw tooLong(name, target, { bytes, url });
  });
}
