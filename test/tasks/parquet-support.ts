import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { parse } from 'csv-parse/sync';
import { afterAll, beforeAll } from 'vitest';

import type { ColumnType } from '#framework';
import { type ConvertRequest, type Converted, type Converter, openConverter } from '#tasks/parquet';

/** Where a suite converts, and reads back what it converted. */
export interface ConvertGround {
  readonly desk: Pick<Desk, 'request'>;
  readonly readback: Pick<Readback, 'query' | 'parquet'>;
  readonly converter: Pick<Converter, 'convert'>;
}

/** Registers its set-up and its end with the suite around it. */
export function convertGround(options: Parameters<typeof openConverter>[0]): ConvertGround {
  let desk: Desk;
  let readback: Readback;
  let converter: Converter;

  beforeAll(async () => {
    desk = await Desk.open();
    readback = await Readback.open();
    converter = openConverter(options);
  });

  afterAll(async () => {
    await converter.close();
    readback.close();
    await desk.close();
  });

  return {
    desk: { request: (csv, rest) => desk.request(csv, rest) },
    readback: { query: (sql) => readback.query(sql), parquet: (converted) => readback.parquet(converted) },
    converter: { convert: (request) => converter.convert(request) },
  };
}

/** A folder of its own for one test file, with a new sub-folder for each conversion. */
export class Desk {
  readonly #root: string;
  #count = 0;

  private constructor(root: string) {
    this.#root = root;
  }

  static async open(): Promise<Desk> {
    return new Desk(await mkdtemp(join(tmpdir(), 'windrow-parquet-')));
  }

  /** Writes the CSV and describes its conversion. */
  async request(csv: string | Buffer, rest: Partial<ConvertRequest> = {}): Promise<ConvertRequest> {
    this.#count += 1;
    const directory = join(this.#root, String(this.#count));
    await mkdir(directory);
    const source = join(directory, 'source.csv');
    await writeFile(source, csv);
    return {
      source,
      directory,
      extract: 'Object.product__v',
      columns: [],
      key: ['id'],
      format: 'parquet',
      name: 'product',
      ...rest,
    };
  }

  async close(): Promise<void> {
    await rm(this.#root, { recursive: true, force: true });
  }
}

/** Reads converted files back with a reader that is not ours. */
class Readback {
  readonly #connection: DuckDBConnection;

  private constructor(connection: DuckDBConnection) {
    this.#connection = connection;
  }

  static async open(): Promise<Readback> {
    const connection = await (await DuckDBInstance.create()).connect();
    await connection.run(`set timezone = 'UTC'`);
    return new Readback(connection);
  }

  async query(sql: string): Promise<(string | null)[][]> {
    const reader = await this.#connection.runAndReadAll(sql);
    return reader.getRows().map((row) => row.map((value) => (value === null ? null : String(value))));
  }

  /** Every row of the Parquet files, in order, each value as text; an instant as microseconds from 1970. */
  async parquet({ files, columns }: Converted): Promise<(string | null)[][]> {
    const values = columns.map(({ name, type }) => asText(`"${name.replaceAll('"', '""')}"`, type.kind));
    const rows: (string | null)[][] = [];
    for (const { path } of files) {
      const sql = `select ${values.join(', ')} from read_parquet('${path}', file_row_number = true) order by file_row_number`;
      for (const row of await this.query(sql)) {
        rows.push(row.map((value, index) => (columns[index]?.type.kind === 'text' ? fromHex(value) : value)));
      }
    }
    return rows;
  }

  close(): void {
    this.#connection.closeSync();
  }
}

/** Text as its bytes: the driver drops a byte order mark at the beginning of a string. */
function asText(column: string, kind: ColumnType['kind']): string {
  if (kind === 'text') return `hex(encode(${column}))`;
  return kind === 'timestamp' ? `epoch_us(${column})::varchar` : `${column}::varchar`;
}

function fromHex(value: string | null): string | null {
  return value === null ? null : Buffer.from(value, 'hex').toString('utf8');
}

/** Every row of a stage CSV text, in order; an unquoted empty field is null. */
export function stageCsvRows(text: string): (string | null)[][] {
  const fields = parse(text, {
    record_delimiter: '\n',
    cast: (value, { quoting }) => (value === '' && !quoting ? null : value),
  });
  return fields.map((row) => row.map((value) => (value === undefined ? null : value)));
}
