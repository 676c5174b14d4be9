import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';

import { DuckDBInstance } from '@duckdb/node-api';

import { type CsvType, openConverter } from '#tasks/parquet';

import { COLUMNS } from './vault-csv.ts';

/** What a child process answers: two conversions of the same file, one after the other, and its peak memory. */
export interface Timing {
  readonly firstSeconds: number;
  readonly nextSeconds: number;
  /** Processor time of the second conversion, all threads together: steadier than the clock on a busy machine. */
  readonly cpuSeconds: number;
  readonly rows: number;
  readonly peakMb: number;
}

/** The types that DuckDB reads quickest: with DECIMAL(38, 4), which is what we write, it came to 20-30 MB/s. */
const SQL_TYPES: Readonly<Record<CsvType, string>> = {
  text: 'VARCHAR',
  number: 'DECIMAL(18, 4)',
  boolean: 'BOOLEAN',
  date: 'DATE',
  timestamp: 'TIMESTAMP',
};

interface Contest {
  readonly source: string;
  readonly directory: string;
  readonly threads: number;
}

const CONTENDERS: Readonly<Record<string, (contest: Contest) => Promise<Timing>>> = { windrow, duckdb };

const [name = '', source = '', directory = '', threads = '2'] = process.argv.slice(2);
await mkdir(directory, { recursive: true });
const timing = await CONTENDERS[name]?.({ source, directory, threads: Number(threads) });
await rm(directory, { recursive: true });
process.stdout.write(JSON.stringify(timing));

async function windrow({ source, directory, threads }: Contest): Promise<Timing> {
  const converter = openConverter({ threads });
  const convert = async (): Promise<number> => {
    const request = { source, extract: 'Object.product__v', columns: COLUMNS, key: ['id'], directory, name: 'product' };
    return (await converter.convert({ ...request, format: 'parquet' })).rows;
  };
  const timing = await twice(convert);
  await converter.close();
  return timing;
}

async function duckdb({ source, directory, threads }: Contest): Promise<Timing> {
  const connection = await (await DuckDBInstance.create(':memory:', { threads: String(threads) })).connect();
  const types = COLUMNS.map((column) => `'${column.name}': '${SQL_TYPES[column.type]}'`).join(', ');
  const csv = `read_csv('${source}', header = true, delim = ',', quote = '"', escape = '"', columns = {${types}})`;
  const timing = await twice(async () => {
    const copy = await connection.run(
      `copy (select * from ${csv}) to '${join(directory, 'product.parquet')}' (format parquet)`,
    );
    return copy.rowsChanged;
  });
  connection.closeSync();
  return timing;
}

async function twice(convert: () => Promise<number>): Promise<Timing> {
  const begun = performance.now();
  await convert();
  const between = performance.now();
  const before = process.cpuUsage();
  const rows = await convert();
  const ended = performance.now();
  const { user, system } = process.cpuUsage(before);
  return {
    firstSeconds: (between - begun) / 1000,
    nextSeconds: (ended - between) / 1000,
    cpuSeconds: (user + system) / 1e6,
    rows,
    peakMb: process.resourceUsage().maxRSS / 1024,
  };
}
