import { link, mkdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';

import { Temporal, recordId, silentLog, systemClock } from '#framework';
import { type CsvType, openConverter } from '#tasks/parquet';
import { type ListedFile, veevaSource } from '#tasks/veeva';

import { COLUMNS } from '../convert/vault-csv.ts';
import { folderStore } from './folder-store.ts';
import { ownSeconds } from './processor-time.ts';

interface Task {
  /** The archive for us, its unpacked CSV for DuckDB. */
  readonly source: string;
  readonly directory: string;
  readonly threads: number;
}

const CONTENDERS: Readonly<Record<string, (task: Task) => Promise<number>>> = { windrow, duckdb, compare };
const PART = '1-20260302-0000-F';

/** The types that DuckDB reads quickest. */
const SQL_TYPES: Readonly<Record<CsvType, string>> = {
  text: 'VARCHAR',
  number: 'DECIMAL(18, 4)',
  boolean: 'BOOLEAN',
  date: 'DATE',
  timestamp: 'TIMESTAMP',
};

/** Each side reads a number with a scale of its own and an instant with or without a zone: these forms are the same for both. */
const COMPARED: Readonly<Record<CsvType, (column: string) => string>> = {
  text: (column) => column,
  number: (column) => `cast(${column} as decimal(38, 4))`,
  boolean: (column) => column,
  date: (column) => column,
  timestamp: (column) => `epoch_us(${column})`,
};

const [name = '', source = '', directory = '', threads = '2'] = process.argv.slice(2);
await mkdir(directory, { recursive: true });
const begun = performance.now();
const rows = await CONTENDERS[name]?.({ source, directory, threads: Number(threads) });
const timing = {
  seconds: (performance.now() - begun) / 1000,
  cpuSeconds: ownSeconds(),
  rows,
  peakMb: process.resourceUsage().maxRSS / 1024,
};
process.stdout.write(JSON.stringify(timing));

/** From the archive in the store to Parquet in the store, by the product's own way. */
async function windrow(task: Task): Promise<number> {
  const file = listed((await stat(task.source)).size);
  await mkdir(join(task.directory, 'direct-data/full'), { recursive: true });
  await link(task.source, join(task.directory, 'direct-data/full', file.filename));
  const converter = openConverter({ threads: task.threads });
  const { transfer } = veevaSource({
    client: {
      list: async () => ({ kind: 'listed', items: [file] }),
      openPart: () => Promise.reject(new Error('The archive lies in the store already.')),
      close: async () => {},
    },
    store: folderStore(task.directory, { part: PART }),
    converter,
    kind: 'full',
    temporaryDirectory: join(task.directory, 'tries'),
  });
  const manifest = await transfer({
    pipelineId: 'veeva_full',
    recordId: recordId(1),
    window: { start: file.start, end: file.stop, zone: 'UTC' },
    params: {},
    fence: 1,
    loadId: '1',
    covers: [],
    files: { admit: async () => ({ kind: 'admitted' }) },
    signal: new AbortController().signal,
    log: silentLog,
    clock: systemClock,
  });
  await converter.close();
  return manifest.rows;
}

function listed(bytes: number): ListedFile {
  const part = { name: PART, filename: `${PART}.tar.gz`, number: 1, bytes, md5: undefined, url: undefined };
  return {
    kind: 'file',
    name: PART,
    filename: part.filename,
    extractKind: 'full',
    start: Temporal.Instant.from('2000-01-01T00:00Z'),
    stop: Temporal.Instant.from('2026-03-02T00:00Z'),
    rows: 0,
    bytes,
    partCount: 1,
    parts: [part],
  };
}

async function duckdb(task: Task): Promise<number> {
  const connection = await connect(task);
  const target = join(task.directory, 'all.parquet');
  const copied = await connection.run(`copy (select * from ${csv(task)}) to '${target}' (format parquet)`);
  connection.closeSync();
  return copied.rowsChanged;
}

/** Fails unless the Parquet below the folder holds every value of the CSV. */
async function compare(task: Task): Promise<number> {
  const connection = await connect(task);
  const parquet = `read_parquet('${task.directory}/stage/**/*.parquet')`;
  const sums: string[][] = [];
  for (const table of [csv(task), parquet]) {
    const reader = await connection.runAndReadAll(`select count(*), ${COLUMNS.map(checksum).join(', ')} from ${table}`);
    sums.push(reader.getRows()[0]?.map(String) ?? []);
  }
  connection.closeSync();
  const [truth = [], found = []] = sums;
  const wrong = truth.findIndex((sum, place) => sum !== found[place]);
  if (wrong >= 0) throw new Error(`The Parquet differs from the CSV in "${COLUMNS[wrong - 1]?.name ?? 'rows'}".`);
  return Number(truth[0]);
}

/** Over all values of a column, each with the id of its row, whatever the order of the rows. */
function checksum(column: (typeof COLUMNS)[number]): string {
  return `sum(hash(id, ${COMPARED[column.type](column.name)}))`;
}

async function connect({ threads: count }: Task): Promise<DuckDBConnection> {
  return (await DuckDBInstance.create(':memory:', { threads: String(count) })).connect();
}

function csv(task: Task): string {
  const types = COLUMNS.map((column) => `'${column.name}': '${SQL_TYPES[column.type]}'`).join(', ');
  return `read_csv('${task.source}', header = true, delim = ',', quote = '"', escape = '"', columns = {${types}})`;
}
