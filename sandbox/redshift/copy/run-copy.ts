import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

import type { Clock } from '#framework';
import type { Pool } from 'pg';
import { from as copyFrom } from 'pg-copy-streams';

import type { Connection } from '../connections.ts';
import { renderName } from '../sql/cursor.ts';
import { quoteName } from '../sql/names.ts';
import { RedshiftError } from '../sql/redshift-error.ts';
import type { CopyStatement } from './copy-statement.ts';
import { type CsvLoad, DEFAULT_MARK, TooManyLoadErrors, csvLines } from './csv-load.ts';
import { keepLoadErrors } from './load-error.ts';
import { parquetRows } from './parquet-load.ts';
import type { ParquetReader } from './parquet-reader.ts';
import { type S3File, findFiles } from './s3-files.ts';
import type { S3Reader } from './s3-reader.ts';
import { type CopyTarget, findTarget } from './target-column.ts';

export interface CopyTools {
  readonly s3: S3Reader;
  /** For what must outlive the rollback of the load. */
  readonly pool: Pool;
  readonly parquet: ParquetReader;
  readonly directory: string;
  readonly smallParquetBytes: number;
  readonly clock: Clock;
}

interface CopyRun extends CopyTools {
  readonly queryId: number;
}

/** Loads the files into the table as one PostgreSQL COPY, so that all of it happens or nothing. */
export async function runCopy(copy: CopyStatement, connection: Connection, run: CopyRun): Promise<void> {
  const target = await findTarget(connection, copy);
  const files = await findFiles(run.s3, copy);
  const rows =
    copy.options.format === 'parquet'
      ? await loadParquet(copy, connection, { run, target, files })
      : await loadCsv(copy, connection, { run, target, files });
  await remember(connection, { copy, run, rows, files });
}

interface Load {
  readonly run: CopyRun;
  readonly target: CopyTarget;
  readonly files: readonly S3File[];
}

async function loadParquet(copy: CopyStatement, connection: Connection, { run, target, files }: Load): Promise<number> {
  const load = { ...run, columns: target.columns, fillRecord: copy.options.fillRecord };
  return stream(parquetRows(files, load), connection, copyText(copy, target, `format csv, null '\\N'`));
}

async function loadCsv(copy: CopyStatement, connection: Connection, { run, target, files }: Load): Promise<number> {
  const load: CsvLoad = { options: copy.options, columns: target.columns, errors: [] };
  const lines = csvLines(run.s3, files, load);
  try {
    if (copy.options.noLoad) return await drain(lines);
    return await stream(lines, connection, copyText(copy, target, `default '${DEFAULT_MARK}'`));
  } catch (error) {
    if (!(error instanceof TooManyLoadErrors)) throw error;
    throw new RedshiftError(
      `Load into table '${copy.table.parts.at(-1)}' failed.  Check 'stl_load_errors' system table for details.`,
    );
  } finally {
    if (load.errors.length > 0) await keepErrors(load, connection, { run, target });
  }
}

async function keepErrors(load: CsvLoad, connection: Connection, { run, target }: Omit<Load, 'files'>): Promise<void> {
  const sessionId: unknown = Reflect.get(connection, 'processID');
  const place = {
    queryId: run.queryId,
    sessionId: typeof sessionId === 'number' ? sessionId : 0,
    database: run.pool.options.database ?? '',
    tableId: target.tableId,
    clock: run.clock,
  };
  await keepLoadErrors(run.pool, load.errors, place);
}

async function drain(lines: AsyncIterable<string>): Promise<number> {
  for await (const line of lines) void line;
  return 0;
}

function copyText(copy: CopyStatement, target: CopyTarget, options: string): string {
  const columns = target.columns.map(({ name }) => quoteName(name)).join(', ');
  return `copy ${renderName(copy.table)} (${columns}) from stdin with (${options})`;
}

async function stream(rows: AsyncIterable<string | Buffer>, connection: Connection, text: string): Promise<number> {
  const sink = connection.query(copyFrom(text));
  await pipeline(Readable.from(rows, { objectMode: false }), sink);
  return sink.rowCount;
}

interface Done {
  readonly copy: CopyStatement;
  readonly run: CopyRun;
  readonly rows: number;
  readonly files: readonly S3File[];
}

const REMEMBER = `
  with counted as (
    select set_config('redshift.last_copy_count', $1::text, false), set_config('redshift.last_copy_id', $2::text, false)
  )
  insert into redshift.load_commits
  select $2::bigint, $3, file, $1::bigint / cardinality($4::text[]), now() at time zone 'UTC'
  from unnest($4::text[]) file, counted`;

/** For pg_last_copy_count() in the same session, and for the load history; both vanish with a rollback. */
async function remember(connection: Connection, { copy, run, rows, files }: Done): Promise<void> {
  const table = copy.table.parts.at(-1) ?? '';
  const values = [String(rows), String(run.queryId), table, files.map(({ url }) => url)];
  await connection.query({ name: 'copy done', text: REMEMBER, values });
}
