import { DuckDBInstance } from '@duckdb/node-api';

import { quoteLiteral } from '../sql/names.ts';

/** One column of a Parquet file as it lies there. */
export interface ParquetColumn {
  readonly name: string;
  readonly physical: string;
  readonly length: number | undefined;
  /** The legacy annotation, such as `TIMESTAMP_MICROS`. */
  readonly converted: string | undefined;
  readonly logical: string | undefined;
  readonly precision: number | undefined;
  readonly scale: number | undefined;
  readonly isOptional: boolean;
  readonly isNested: boolean;
}

/** A column of a file and the most bytes that a text of it may have, where there is a limit. */
export interface WrittenColumn {
  readonly column: ParquetColumn;
  readonly mostBytes: number | undefined;
}

export interface ParquetReader {
  readonly columns: (path: string) => Promise<readonly ParquetColumn[]>;
  /**
   * Writes the columns as CSV: NULL is an unquoted `\N`, everything else is quoted; an undefined column is NULL in every row.
   * Rejects where a text has more bytes than its column takes.
   */
  readonly writeCsv: (path: string, columns: readonly (WrittenColumn | undefined)[], csv: string) => Promise<void>;
  /** The longest value in bytes of each of these text columns. */
  readonly longest: (path: string, names: readonly string[]) => Promise<readonly number[]>;
  readonly close: () => void;
}

/** DuckDB reads the files: decimals of 38 digits and microseconds arrive exactly. */
export async function openParquetReader(): Promise<ParquetReader> {
  const duck = await DuckDBInstance.create(':memory:', { threads: '1' });
  const rows = async (sql: string): Promise<Record<string, unknown>[]> => {
    const connection = await duck.connect();
    try {
      return (await connection.runAndReadAll(sql)).getRowObjectsJson();
    } finally {
      connection.closeSync();
    }
  };
  return {
    columns: async (path) => {
      const found = await rows(`select * from parquet_schema(${quoteLiteral(path)})`);
      return topLevel(found.toSorted((a, b) => Number(a['column_id']) - Number(b['column_id'])));
    },
    writeCsv: async (path, columns, csv) => {
      const list = columns.map(selected).join(', ');
      const query = `select ${list} from read_parquet(${quoteLiteral(path)})`;
      await rows(`copy (${query}) to ${quoteLiteral(csv)} (format csv, header false, nullstr '\\N', force_quote *)`);
    },
    longest: async (path, names) => {
      if (names.length === 0) return [];
      const list = names.map((name, index) => `coalesce(max(strlen(${quoted(name)})), 0) as c${index}`).join(', ');
      const [row] = await rows(`select ${list} from read_parquet(${quoteLiteral(path)})`);
      return names.map((_, index) => Number(row?.[`c${index}`] ?? 0));
    },
    close: () => duck.closeSync(),
  };
}

/** Moments are taken in UTC: DuckDB would print those with a zone in the zone of the machine. */
function selected(written: WrittenColumn | undefined, index: number): string {
  if (written === undefined) return `null as "padding ${index}"`;
  const { column, mostBytes } = written;
  const name = quoted(column.name);
  if (mostBytes !== undefined)
    return `case when strlen(${name}) > ${mostBytes} then error('too long') else ${name} end as ${name}`;
  return column.converted === 'TIMESTAMP_MICROS' ? `make_timestamp(epoch_us(${name})) as ${name}` : name;
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** The root comes first; the children of a nested column follow it and are left out. */
function topLevel(found: readonly Record<string, unknown>[]): ParquetColumn[] {
  const columns: ParquetColumn[] = [];
  let nested = 0;
  for (const row of found.slice(1)) {
    const children = Number(row['num_children'] ?? 0);
    if (nested > 0) {
      nested += children - 1;
      continue;
    }
    nested = children;
    columns.push({
      name: String(row['name']),
      physical: text(row['type']) ?? 'GROUP',
      length: number(row['type_length']),
      converted: text(row['converted_type']),
      logical: text(row['logical_type']),
      precision: number(row['precision']),
      scale: number(row['scale']),
      isOptional: row['repetition_type'] === 'OPTIONAL',
      isNested: children > 0,
    });
  }
  return columns;
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function number(value: unknown): number | undefined {
  return value === null || value === undefined ? undefined : Number(value);
}
