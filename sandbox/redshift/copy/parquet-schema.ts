import { RedshiftError } from '../sql/redshift-error.ts';
import type { ParquetColumn } from './parquet-reader.ts';
import type { TargetColumn } from './target-column.ts';

/** Columns are matched by position, and each must have exactly the physical type of its target. @throws RedshiftError */
export function checkParquetSchema(
  found: readonly ParquetColumn[],
  targets: readonly TargetColumn[],
  file: ParquetFile,
): void {
  const { url, fillRecord } = file;
  const isShort = fillRecord && found.length < targets.length;
  if (found.length !== targets.length && !isShort) {
    throw spectrumError(
      15007,
      `Unmatched number of columns between table and file. Table columns: ${targets.length}, Data columns: ${found.length}, File name: ${url}`,
    );
  }
  found.forEach((column, index) => {
    const target = targets[index];
    if (target !== undefined) checkColumn(column, target, url);
  });
}

export interface ParquetFile {
  readonly url: string;
  readonly fillRecord: boolean;
}

/** The longest text of a column is longer than the column. */
export function tooLong(
  column: string,
  target: TargetColumn,
  found: { readonly bytes: number; readonly url: string },
): RedshiftError {
  return spectrumError(
    15001,
    `The length of the data column ${column} is longer than the length defined in the table. Table: ${target.length}, Data: ${found.bytes}, File name: ${found.url}`,
  );
}

function checkColumn(column: ParquetColumn, target: TargetColumn, url: string): void {
  const wrongLength = decimalLength(column, target);
  if (wrongLength !== undefined) {
    throw spectrumError(
      15001,
      `File '${url}' column '${column.name}' has an invalid type length. Expecting: ${wrongLength} len in file: ${column.length}`,
    );
  }
  if (ACCEPTED[target.type]?.(column, target) === true) return;
  throw spectrumError(
    15001,
    `File '${url}' has an incompatible Parquet schema for column '${url}.${column.name}'. Column type: ${typeText(target)}, Parquet schema:\n${schemaText(column)}`,
  );
}

type Accepts = (column: ParquetColumn, target: TargetColumn) => boolean;

const ACCEPTED: Readonly<Record<string, Accepts>> = {
  smallint: (column) => is(column, 'INT32', [undefined, 'INT_16', 'INT_32']),
  integer: (column) => is(column, 'INT32', [undefined, 'INT_32']),
  bigint: (column) => is(column, 'INT64', [undefined, 'INT_64']),
  real: (column) => is(column, 'FLOAT', [undefined]),
  'double precision': (column) => is(column, 'DOUBLE', [undefined]),
  boolean: (column) => is(column, 'BOOLEAN', [undefined]),
  date: (column) => is(column, 'INT32', ['DATE']),
  'character varying': isText,
  character: isText,
  numeric: isDecimal,
  'timestamp without time zone': isTimestamp,
  'timestamp with time zone': isTimestamp,
  // A string arrives as a JSON string.
  jsonb: isText,
};

function is(column: ParquetColumn, physical: string, annotations: readonly (string | undefined)[]): boolean {
  return column.physical === physical && annotations.includes(column.converted);
}

function isText(column: ParquetColumn): boolean {
  return is(column, 'BYTE_ARRAY', ['UTF8', 'JSON', 'ENUM']) || column.logical?.startsWith('StringType') === true;
}

/** INT64 needs the legacy annotation: other forms were read as garbage years, milliseconds are not known to work. */
function isTimestamp(column: ParquetColumn): boolean {
  return column.physical === 'INT96' || is(column, 'INT64', ['TIMESTAMP_MICROS']);
}

function isDecimal(column: ParquetColumn, target: TargetColumn): boolean {
  if (column.converted !== 'DECIMAL' || column.precision !== target.precision || column.scale !== target.scale)
    return false;
  if (column.physical === 'INT32') return target.precision <= 9;
  if (column.physical === 'INT64') return target.precision <= 19;
  return column.physical === 'FIXED_LEN_BYTE_ARRAY';
}

/** 8 or 16 bytes, as Redshift itself stores the column; gives the expected length when it is another. */
function decimalLength(column: ParquetColumn, target: TargetColumn): number | undefined {
  if (target.type !== 'numeric' || column.physical !== 'FIXED_LEN_BYTE_ARRAY') return undefined;
  const expected = target.precision <= 19 ? 8 : 16;
  return column.length === expected ? undefined : expected;
}

function typeText(target: TargetColumn): string {
  if (target.type === 'numeric') return `DECIMAL(${target.precision}, ${target.scale})`;
  if (target.type === 'character varying') return `VARCHAR(${target.length})`;
  return target.type.toUpperCase();
}

function schemaText(column: ParquetColumn): string {
  const length = column.length === undefined ? '' : `(${column.length})`;
  const precision = column.precision === undefined ? '' : `(${column.precision},${column.scale})`;
  const annotation = column.converted === undefined ? '' : ` (${column.converted}${precision})`;
  return `${column.isOptional ? 'optional' : 'required'} ${column.physical.toLowerCase()}${length} ${column.name}${annotation}`;
}

function spectrumError(code: number, context: string): RedshiftError {
  return new RedshiftError('Spectrum Scan Error', {
    detail: `error: Spectrum Scan Error code: ${code} context: ${context}`,
  });
}
