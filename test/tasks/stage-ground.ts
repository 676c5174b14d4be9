import { createHash, randomUUID } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { type CsvColumn, type LongText, openConverter } from '#tasks/parquet';
import { type S3Opened, openS3 } from '#tasks/s3';

import {
  type Closable,
  type LoadMode,
  type ObjectStore,
  type QuarantinedRow,
  type RecordId,
  STAGED_QUARANTINE,
  type StageFormat,
  type StageManifest,
  type StagedFile,
  type StagedTable,
  Temporal,
  type TransferContext,
  closeAll,
  quarantineFields,
  recordId,
  silentLog,
  systemClock,
} from '#framework';

import { startS3 } from '../../sandbox/s3/index.ts';

const BUCKET = 'lake';
const START = Temporal.Instant.from('2026-01-20T13:00:00Z');

/** What a test says of one table of a window. Values are CSV fields; null is an empty field. */
export interface TableWindow {
  readonly table: string;
  readonly columns: readonly CsvColumn[];
  readonly key?: readonly string[];
  readonly mode?: LoadMode;
  readonly updates?: readonly (readonly (string | null)[])[];
  readonly deletes?: readonly (readonly (string | null)[])[];
  readonly longText?: LongText;
  /** Columns that the source describes and the file lacks. */
  readonly absent?: readonly string[];
  /** Rows of one file; all in one when absent. */
  readonly fileRows?: number;
}

export interface WindowOptions {
  /** The window is the quarter hour that ends this many quarter hours after 13:00. */
  readonly number: number;
  readonly tables: readonly TableWindow[];
  readonly format?: StageFormat;
  readonly removals?: StageManifest['removals'];
  readonly pipelineId?: string;
  /** Rows that the source left out. */
  readonly quarantined?: readonly QuarantinedRow[];
}

/** A stage on the S3 stand-in, that tests fill. */
export interface StageGround extends Closable {
  /** A folder for the files of the test. */
  readonly directory: string;
  readonly s3: Awaited<ReturnType<typeof startS3>>;
  readonly store: S3Opened['store'];
  readonly stage: (options: WindowOptions) => Promise<StageManifest>;
}

export async function openStage(): Promise<StageGround> {
  const directory = await mkdtemp(join(tmpdir(), 'windrow-stage-test-'));
  const s3 = await startS3({ directory: join(directory, 's3'), buckets: [BUCKET] });
  const credentials = { accessKeyId: s3.accessKeyId, secretAccessKey: s3.secretAccessKey };
  const bucket = openS3({ bucket: BUCKET, prefix: '', region: s3.region, endpoint: s3.endpoint }, credentials);
  const converter = openConverter({ threads: 1 });
  return {
    directory,
    s3,
    store: bucket.store,
    stage: (options) => stageWindow({ store: bucket.store, directory, converter }, options),
    close: async () => {
      await closeAll([s3, bucket, converter]);
      await rm(directory, { recursive: true });
    },
  };
}

/** The context of one task of one try; `fence` and `loadId` as the engine would mint them. */
export function contextOf(manifest: StageManifest, change: Partial<TransferContext> = {}): TransferContext {
  return {
    pipelineId: manifest.pipelineId,
    recordId: recordId(manifest.recordId),
    window: manifest.window,
    fence: 1,
    params: {},
    covers: [],
    loadId: `${manifest.recordId}:1`,
    signal: new AbortController().signal,
    log: silentLog,
    clock: systemClock,
    ...change,
  };
}

function windowEnd(number: number): Temporal.Instant {
  return START.add({ minutes: 15 * number });
}

/** What each type of a CSV column is at least. */
export const TYPES = {
  text: { kind: 'text', bytes: 1 },
  number: { kind: 'decimal', precision: 38, scale: 0 },
  boolean: { kind: 'boolean' },
  date: { kind: 'date' },
  timestamp: { kind: 'timestamp' },
} as const;

interface StageTools {
  readonly store: ObjectStore;
  readonly directory: string;
  readonly converter: ReturnType<typeof openConverter>;
}

async function stageWindow(tools: StageTools, options: WindowOptions): Promise<StageManifest> {
  const { number, format = 'parquet', pipelineId = 'veeva_incremental' } = options;
  const prefix = `stage/${pipelineId}/${number}-${randomUUID().slice(0, 8)}/`;
  const tables: StagedTable[] = [];
  for (const table of options.tables) tables.push(await stageTable(tools, table, { prefix, format }));
  const id: RecordId = recordId(number);
  const sum = (of: (table: StagedTable) => number): number => tables.reduce((total, table) => total + of(table), 0);
  return {
    version: 1,
    pipelineId,
    recordId: id,
    window: { start: windowEnd(number - 1), end: windowEnd(number), zone: 'UTC' },
    format,
    location: tools.store.url(prefix),
    sources: [{ name: `${number}.tar.gz`, bytes: 1, rows: 1, sha256: 'ab' }],
    tables,
    removals: options.removals ?? [],
    rows: sum((table) => table.updates.rows + table.deletes.rows),
    bytes: 1,
    ...(await stageQuarantine(tools, options.quarantined ?? [], { prefix, format })),
  };
}

async function stageQuarantine(
  tools: StageTools,
  quarantined: readonly QuarantinedRow[],
  place: StagePlace,
): Promise<Pick<StageManifest, 'quarantine'>> {
  if (quarantined.length === 0) return {};
  const rows = quarantined.map((row) => quarantineFields(row).map((field) => field ?? null));
  const staged = await stageRows(tools, { name: '_quarantine', rows, columns: STAGED_QUARANTINE }, place);
  const tables = Object.fromEntries(
    [...Map.groupBy(quarantined, ({ table }) => table)].map(([table, own]) => [table, own.length]),
  );
  return { quarantine: { rows: rows.length, tables, ...staged } };
}

interface StagePlace {
  readonly prefix: string;
  readonly format: StageFormat;
}

async function stageTable(tools: StageTools, table: TableWindow, place: StagePlace): Promise<StagedTable> {
  const key = table.key ?? ['id'];
  const keyColumns = key.flatMap((name) => table.columns.find((column) => column.name === name) ?? []);
  const updates = await stageRows(tools, { name: `${table.table}-u`, rows: table.updates ?? [], ...table }, place);
  const deletes = await stageRows(
    tools,
    { name: `${table.table}-d`, rows: table.deletes ?? [], columns: keyColumns },
    place,
  );
  const types = new Map([...deletes.columns, ...updates.columns].map((column) => [column.name, column.type]));
  const named = table.columns.map((column) => ({
    name: column.name,
    type: types.get(column.name) ?? TYPES[column.type],
  }));
  const continued = updates.columns.filter(({ name }) => !table.columns.some((column) => column.name === name));
  const columns = [...named, ...continued];
  return {
    extract: `Object.${table.table}`,
    schema: { table: table.table, columns: widest(columns, deletes.columns), key },
    mode: table.mode ?? 'merge',
    ...(table.absent === undefined ? {} : { absent: table.absent }),
    updates: { rows: table.updates?.length ?? 0, files: updates.files },
    deletes: { rows: table.deletes?.length ?? 0, files: deletes.files },
  };
}

type Columns = StagedTable['schema']['columns'];

/** Each column as wide as the wider of the two: a column holds what all its files bring. */
function widest(columns: Columns, deletes: Columns): Columns {
  return columns.map((column) => {
    const other = deletes.find((candidate) => candidate.name === column.name);
    const isWider = other?.type.kind === 'text' && column.type.kind === 'text' && other.type.bytes > column.type.bytes;
    return isWider ? { ...column, type: other.type } : column;
  });
}

interface Rows {
  readonly name: string;
  readonly rows: readonly (readonly (string | null)[])[];
  readonly columns: readonly CsvColumn[];
  readonly longText?: LongText;
  readonly fileRows?: number;
}

async function stageRows(
  tools: StageTools,
  { name, rows, columns, longText = 'refuse', fileRows = Math.max(1, rows.length) }: Rows,
  { prefix, format }: StagePlace,
): Promise<{ readonly files: readonly StagedFile[]; readonly columns: Columns }> {
  const files: StagedFile[] = [];
  let written: Columns = [];
  for (let first = 0; first < rows.length; first += fileRows) {
    const source = join(tools.directory, `${name}-${first}.csv`);
    const part = [columns.map((column) => column.name), ...rows.slice(first, first + fileRows)];
    await writeFile(source, part.map((row) => `${row.map(csvField).join(',')}\n`).join(''));
    const request = {
      source,
      extract: name,
      columns,
      key: ['id'],
      longText,
      format,
      directory: tools.directory,
      name: `${name}-${first}`,
    };
    const converted = await tools.converter.convert(request);
    written = written.length === 0 ? converted.columns : widest(written, converted.columns);
    for (const file of converted.files) {
      const bytes = await readFile(file.path);
      const key = `${name}-${first}.${format}`;
      await tools.store.put(prefix + key, bytes);
      files.push({
        key,
        bytes: bytes.length,
        rows: file.rows,
        sha256: createHash('sha256').update(bytes).digest('hex'),
      });
      await rm(file.path);
    }
    await rm(source);
  }
  return { files, columns: written };
}

function csvField(value: string | null): string {
  return value === null ? '' : `"${value.replaceAll('"', '""')}"`;
}
