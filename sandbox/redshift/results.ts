import type { QueryArrayResult } from 'pg';

import { ApiError, invalid } from './api-error.ts';
import type { Limits } from './limits.ts';
import { RedshiftError } from './sql/redshift-error.ts';

type Cell = string | null;

/** The rows of a statement as PostgreSQL printed them. */
export interface ResultSet {
  readonly columns: readonly ResultColumn[];
  readonly rows: readonly (readonly Cell[])[];
  readonly bytes: number;
}

interface ResultColumn {
  readonly name: string;
  readonly typeId: number;
  readonly modifier: number;
}

/** @throws RedshiftError when a row or the whole is larger than the Data API returns */
export function resultSet(result: QueryArrayResult<Cell[]>, limits: Limits): ResultSet {
  let bytes = 0;
  for (const row of result.rows) {
    const size = row.reduce((sum, cell) => sum + (cell === null ? 0 : Buffer.byteLength(cell)), 0);
    if (size > limits.resultRowBytes) throw new RedshiftError('Packet for query is too large');
    bytes += size;
  }
  if (bytes > limits.resultBytes)
    throw new RedshiftError('Query result is too large: the Data API returns at most 500 MB');
  const columns = result.fields.map((field) => ({
    name: field.name,
    typeId: field.dataTypeID,
    modifier: field.dataTypeModifier,
  }));
  return { columns, rows: result.rows, bytes };
}

interface TypeFace {
  readonly name: string;
  readonly form: 'long' | 'double' | 'boolean' | 'string' | 'timestamp' | 'blob';
  readonly precision: number;
}

const TYPES: Readonly<Record<number, TypeFace>> = {
  16: { name: 'bool', form: 'boolean', precision: 1 },
  17: { name: 'varbyte', form: 'blob', precision: 0 },
  20: { name: 'int8', form: 'long', precision: 19 },
  21: { name: 'int2', form: 'long', precision: 5 },
  23: { name: 'int4', form: 'long', precision: 10 },
  26: { name: 'oid', form: 'long', precision: 10 },
  700: { name: 'float4', form: 'double', precision: 8 },
  701: { name: 'float8', form: 'double', precision: 17 },
  1042: { name: 'bpchar', form: 'string', precision: 0 },
  1043: { name: 'varchar', form: 'string', precision: 0 },
  1082: { name: 'date', form: 'string', precision: 13 },
  1083: { name: 'time', form: 'string', precision: 15 },
  1114: { name: 'timestamp', form: 'timestamp', precision: 29 },
  1184: { name: 'timestamptz', form: 'string', precision: 35 },
  1700: { name: 'numeric', form: 'string', precision: 38 },
  3802: { name: 'super', form: 'string', precision: 0 },
};
const TEXT: TypeFace = { name: 'varchar', form: 'string', precision: 0 };

export function columnMetadata({ columns }: ResultSet, fullName: (held: string) => string): object[] {
  return columns.map(({ name, typeId, modifier }) => {
    const type = TYPES[typeId] ?? TEXT;
    const isSized = modifier >= 4;
    const label = fullName(name);
    return {
      isCaseSensitive: type.form === 'string',
      isCurrency: false,
      isSigned: type.form === 'long' || type.form === 'double' || type.name === 'numeric',
      label,
      name: label,
      nullable: 1,
      precision:
        type.name === 'numeric' && isSized
          ? ((modifier - 4) >> 16) & 0xffff
          : (characters(type, modifier) ?? type.precision),
      scale: type.name === 'numeric' && isSized ? (modifier - 4) & 0x7ff : 0,
      schemaName: '',
      tableName: '',
      typeName: type.name,
      length: characters(type, modifier) ?? 0,
    };
  });
}

function characters(type: TypeFace, modifier: number): number | undefined {
  const isText = type.name === 'varchar' || type.name === 'bpchar';
  return isText && modifier >= 4 ? modifier - 4 : undefined;
}

/** One page of rows in the wire's form. */
export function pageOfRecords(result: ResultSet, page: Page): object[][] {
  return result.rows
    .slice(page.from, page.to)
    .map((row) => row.map((cell, index) => field(cell, TYPES[result.columns[index]?.typeId ?? 0] ?? TEXT)));
}

function field(cell: Cell, type: TypeFace): object {
  if (cell === null) return { isNull: true };
  switch (type.form) {
    case 'long':
      return { longValue: Number(cell) };
    case 'double':
      return { doubleValue: Number.isFinite(Number(cell)) ? Number(cell) : cell };
    case 'boolean':
      return { booleanValue: cell === 't' };
    case 'timestamp':
      return { stringValue: cell.includes('.') ? cell : `${cell}.0` };
    case 'blob':
      return { blobValue: Buffer.from(cell.replace(/^\\x/, ''), 'hex').toString('base64') };
    case 'string':
      return { stringValue: cell };
  }
}

/** One page as CSV with a header line on the first page. */
export function pageOfCsv(result: ResultSet, page: Page): string {
  const header = page.from === 0 ? [result.columns.map(({ name }) => csvCell(name)).join(',')] : [];
  const rows = result.rows.slice(page.from, page.to).map((row) => row.map(csvCell).join(','));
  return [...header, ...rows, ''].join('\r\n');
}

function csvCell(cell: Cell): string {
  if (cell === null) return '';
  return /[",\r\n]/.test(cell) || cell === '' ? `"${cell.replaceAll('"', '""')}"` : cell;
}

export interface Page {
  readonly from: number;
  readonly to: number;
  readonly nextToken: string | undefined;
}

export function findPage(result: ResultSet, token: string | undefined, limits: Limits): Page {
  const from = token === undefined ? 0 : offsetOf(token);
  const to = Math.min(from + limits.pageRows, result.rows.length);
  return { from, to, nextToken: to < result.rows.length ? Buffer.from(`rows:${to}`).toString('base64') : undefined };
}

function offsetOf(token: string): number {
  const [, offset] = /^rows:(\d+)$/.exec(Buffer.from(token, 'base64').toString('utf8')) ?? [];
  if (offset === undefined) throw invalid('The NextToken is not one that this result gave out.');
  return Number(offset);
}

export function noResult(id: string): ApiError {
  return new ApiError(
    'ResourceNotFoundException',
    'Query does not have result. Please check query status with DescribeStatement.',
    {
      ResourceId: id,
    },
  );
}
