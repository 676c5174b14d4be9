import { isUtf8 } from 'node:buffer';

import type { ParquetColumn } from './parquet-reader.ts';

/** A stored value as PostgreSQL reads it, null for NULL; undefined where it cannot be printed exactly here. */
export function printed(
  value: unknown,
  { physical, converted, logical, scale }: ParquetColumn,
): string | null | undefined {
  if (value === null) return null;
  return PRINTERS[`${physical} ${converted ?? logical ?? ''}`.trimEnd()]?.(value, scale ?? 0);
}

type Printer = (value: unknown, scale: number) => string | undefined;

/** By the stored type and what the file says that it means. */
const PRINTERS: Readonly<Record<string, Printer>> = {
  BOOLEAN: (value) => (typeof value === 'boolean' ? String(value) : undefined),
  INT32: integer,
  'INT32 INT_16': integer,
  'INT32 INT_32': integer,
  INT64: integer,
  'INT64 INT_64': integer,
  FLOAT: float,
  DOUBLE: float,
  'BYTE_ARRAY UTF8': text,
  'BYTE_ARRAY JSON': text,
  'BYTE_ARRAY ENUM': text,
  'BYTE_ARRAY StringType()': text,
  'INT32 DATE': (value) => (typeof value === 'number' ? iso(value * DAY_MS)?.slice(0, 10) : undefined),
  'INT64 TIMESTAMP_MICROS': (value) => (typeof value === 'bigint' ? moment(value) : undefined),
  'INT32 DECIMAL': decimal,
  'INT64 DECIMAL': decimal,
  'FIXED_LEN_BYTE_ARRAY DECIMAL': decimal,
};

const DAY_MS = 86_400_000;

function integer(value: unknown): string | undefined {
  return typeof value === 'number' || typeof value === 'bigint' ? String(value) : undefined;
}

function float(value: unknown): string | undefined {
  if (typeof value !== 'number') return undefined;
  return Object.is(value, -0) ? '-0' : String(value);
}

function text(value: unknown): string | undefined {
  return value instanceof Uint8Array && isUtf8(value) ? Buffer.from(value).toString('utf8') : undefined;
}

/** Two's complement, the highest byte first. */
function decimal(value: unknown, scale: number): string | undefined {
  if (typeof value === 'number' || typeof value === 'bigint') return scaled(BigInt(value), scale);
  if (!(value instanceof Uint8Array)) return undefined;
  const unsigned = BigInt(`0x${Buffer.from(value).toString('hex')}`);
  return scaled(BigInt.asIntN(value.length * 8, unsigned), scale);
}

function scaled(unscaled: bigint, scale: number): string {
  const sign = unscaled < 0n ? '-' : '';
  const digits = String(unscaled < 0n ? -unscaled : unscaled).padStart(scale + 1, '0');
  const whole = digits.length - scale;
  return scale === 0 ? `${sign}${digits}` : `${sign}${digits.slice(0, whole)}.${digits.slice(whole)}`;
}

function moment(micros: bigint): string | undefined {
  const fraction = modulo(micros, 1_000_000n);
  const second = iso(Number((micros - fraction) / 1000n));
  return second === undefined
    ? undefined
    : `${second.slice(0, 19).replace('T', ' ')}.${String(fraction).padStart(6, '0')}`;
}

/** Undefined outside the years 1 to 9999, which both sides would write in another way. */
function iso(milliseconds: number): string | undefined {
  const date = new Date(milliseconds);
  const year = date.getUTCFullYear();
  return year >= 1 && year <= 9999 ? date.toISOString() : undefined;
}

/** Not negative, whatever the sign of the value. */
function modulo(value: bigint, by: bigint): bigint {
  return ((value % by) + by) % by;
}
