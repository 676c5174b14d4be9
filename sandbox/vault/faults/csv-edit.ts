import { parse } from 'csv-parse/sync';
import { Bug } from '#framework';
import { csvText } from '../archive/csv.ts';

type Rows = readonly (readonly string[])[];

/** The rows of a CSV text with its header as the first one. */
export function readCsv(body: Buffer): string[][] {
  return parse(body, { relax_column_count: true, record_delimiter: '\n' });
}

export function writeCsv(rows: Rows): string {
  return csvText(rows);
}

export function removeColumn(rows: Rows, name: string): Rows {
  const at = placeOf(rows, name);
  return rows.map((row) => row.toSpliced(at, 1));
}

export function insertColumn(rows: Rows, at: number, name: string): Rows {
  return rows.map((row, index) => row.toSpliced(at, 0, index === 0 ? name : 'false'));
}

export function renameColumn(rows: Rows, from: string, to: string): Rows {
  const at = placeOf(rows, from);
  return rows.map((row, index) => (index === 0 ? row.with(at, to) : row));
}

export interface CellChange {
  readonly column: string;
  /** Counted from 0, without the header. */
  readonly row: number;
  readonly value: string;
}

export function changeCell(rows: Rows, { column, row, value }: CellChange): Rows {
  const at = placeOf(rows, column);
  return rows.map((cells, index) => (index === row + 1 ? cells.with(at, value) : cells));
}

function placeOf([header = []]: Rows, name: string): number {
  const at = header.indexOf(name);
  if (at < 0) throw new Bug('E_SANDBOX_FAULT_MISSES', `An archive fault names the column ${name}, which is not there.`);
  return at;
}
