import { isUtf8 } from 'node:buffer';

import { cut } from '../sql/names.ts';
import type { CopyOptions } from './copy-statement.ts';
import type { TargetColumn } from './target-column.ts';

/** A field as PostgreSQL's COPY takes it before escaping, NULL, or why it cannot be loaded. */
export type CsvValue =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'null' }
  | { readonly kind: 'refused'; readonly code: number; readonly reason: string };

/** @param bytes the field with one character for each byte */
export function readValue(bytes: string, column: TargetColumn, options: CopyOptions): CsvValue {
  const isText = column.type === 'character varying' || column.type === 'character';
  if (bytes === options.nullAs) return NULL;
  if (bytes === '') return isText && !options.emptyAsNull ? { kind: 'text', text: '' } : NULL;
  if (isText && options.blanksAsNull && bytes.trim() === '') return NULL;
  const decoded = decode(bytes, options);
  if (decoded === undefined) {
    return refused(
      1220,
      `String contains invalid or unsupported UTF8 codepoints. Bad UTF8 hex sequence: ${badSequence(bytes)} (error 3)`,
    );
  }
  return (
    CONVERTERS[column.type]?.(decoded, column, options) ??
    refused(1223, `The Redshift stand-in cannot load ${column.type} from CSV`)
  );
}

const NULL: CsvValue = { kind: 'null' };

function text(value: string): CsvValue {
  return { kind: 'text', text: value };
}

function refused(code: number, reason: string): CsvValue {
  return { kind: 'refused', code, reason };
}

function decode(bytes: string, options: CopyOptions): string | undefined {
  if (!/[\u0080-\u00ff]/.test(bytes)) return bytes;
  const buffer = Buffer.from(bytes, 'latin1');
  if (isUtf8(buffer)) return buffer.toString('utf8');
  const { acceptInvalidCharacters: replacement } = options;
  // As many characters as there were bad bytes.
  return replacement === undefined ? undefined : buffer.toString('utf8').replaceAll('\ufffd', replacement);
}

function badSequence(bytes: string): string {
  return (/[\u0080-\u00ff]/.exec(bytes)?.[0] ?? '').charCodeAt(0).toString(16);
}

type Converter = (value: string, column: TargetColumn, options: CopyOptions) => CsvValue;

const CONVERTERS: Readonly<Record<string, Converter>> = {
  smallint: integer('Short', 15n),
  integer: integer('Integer', 31n),
  bigint: integer('Long', 63n),
  numeric: decimal,
  real: float,
  'double precision': float,
  boolean: truth,
  date,
  'timestamp without time zone': timestamp,
  'timestamp with time zone': timestamp,
  'character varying': varchar,
  character: char,
  jsonb: (value) => (isJson(value) ? text(value) : refused(1224, 'Invalid JSON format for SUPER')),
  bytea: (value) => (/^([0-9a-f]{2})*$/i.test(value) ? text(`\\x${value}`) : refused(1219, 'UTF-8 hex digit expected')),
};

function integer(name: string, bits: bigint): Converter {
  return (value) => {
    const digits = value.trim();
    const bad = digits.search(/[^0-9+-]|(?<=.)[+-]/);
    if (bad >= 0 || !/\d/.test(digits)) {
      return refused(
        1207,
        `Invalid digit, Value '${digits[Math.max(bad, 0)] ?? ''}', Pos ${Math.max(bad, 0)}, Type: ${name}`,
      );
    }
    const number = BigInt(digits.replace(/^\+/, ''));
    const isInRange = number >= -(1n << bits) && number < 1n << bits;
    return isInRange ? text(digits) : refused(1222, `Overflow, Value '${digits}', Type: ${name}`);
  };
}

/** COPY cuts digits beyond the scale; INSERT rounds them. */
function decimal(value: string, { precision, scale }: TargetColumn, options: CopyOptions): CsvValue {
  const [, sign, whole = '', fraction = ''] = /^\s*([+-]?)(\d*)(?:\.(\d*))?\s*$/.exec(value) ?? [];
  if (sign === undefined || whole + fraction === '') {
    const bad = value.search(/[^0-9.+-]/);
    return refused(
      1207,
      `Invalid digit, Value '${value[Math.max(bad, 0)] ?? ''}', Pos ${Math.max(bad, 0)}, Type: Decimal`,
    );
  }
  if (whole.replace(/^0+/, '').length > precision - scale)
    return refused(1204, 'Numeric data overflow (result precision)');
  const kept = options.roundDecimals ? fraction : fraction.slice(0, scale);
  return text(`${sign}${whole === '' ? '0' : whole}${kept === '' ? '' : `.${kept}`}`);
}

function float(value: string): CsvValue {
  const isNumber = value.trim() !== '' && Number.isFinite(Number(value));
  return isNumber ? text(value.trim()) : refused(1208, `Invalid value for float: '${value}'`);
}

const TRUE = new Set(['true', 't', 'yes', 'y', '1']);
const FALSE = new Set(['false', 'f', 'no', 'n', '0']);

function truth(value: string): CsvValue {
  const word = value.trim().toLowerCase();
  if (TRUE.has(word)) return text('t');
  return FALSE.has(word) ? text('f') : refused(1210, 'Unknown boolean format');
}

const DAY = /^\d{4}-\d{2}-\d{2}$/;
const MOMENT = /^(\d{4}-\d{2}-\d{2}) (\d{2}:\d{2}:\d{2}(?:\.\d{1,6})?)$/;
const MOMENT_AUTO =
  /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?)\s*(Z|UTC|[+-]\d{2}(?::?\d{2})?)?)?$/i;

function date(value: string, _: TargetColumn, options: CopyOptions): CsvValue {
  if (options.dateFormat === 'auto') {
    const [, day] = MOMENT_AUTO.exec(value.trim()) ?? [];
    if (day !== undefined && isDay(day)) return text(day);
  } else if (options.dateFormat === 'YYYY-MM-DD' && DAY.test(value) && isDay(value)) return text(value);
  return unreadable(
    options,
    refused(1205, `Invalid Date Format - length must be 10 or more (format ${options.dateFormat})`),
  );
}

function timestamp(value: string, column: TargetColumn, options: CopyOptions): CsvValue {
  const found = timestampText(value.trim(), options.timeFormat);
  if (found === undefined || !isDay(found.day)) {
    return unreadable(options, refused(1206, `Invalid timestamp format or value [${options.timeFormat}]`));
  }
  // TIMESTAMP ignores a zone in the text.
  const zone = column.type === 'timestamp with time zone' ? found.zone : '';
  return text(`${found.day} ${found.time}${zone}`);
}

interface Moment {
  readonly day: string;
  readonly time: string;
  readonly zone: string;
}

function timestampText(value: string, format: string): Moment | undefined {
  if (format === 'epochsecs' || format === 'epochmillisecs') return epoch(value, format === 'epochsecs' ? 1000 : 1);
  const isAuto = format === 'auto';
  if (!isAuto && format !== 'YYYY-MM-DD HH:MI:SS') return undefined;
  const [, day, time = '00:00:00', zone = ''] = (isAuto ? MOMENT_AUTO : MOMENT).exec(value) ?? [];
  return day === undefined || !isTime(time) ? undefined : { day, time: time.replace(/(\.\d{6})\d+$/, '$1'), zone };
}

function epoch(value: string, factor: number): Moment | undefined {
  if (!/^-?\d+(\.\d+)?$/.test(value)) return undefined;
  const [day = '', time = ''] = new Date(Number(value) * factor).toISOString().replace('Z', '').split('T');
  return { day, time, zone: '+00' };
}

function isDay(text: string): boolean {
  const moment = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(moment.getTime()) && moment.toISOString().startsWith(text);
}

function isTime(text: string): boolean {
  const [hour = 0, minute = 0, second = 0] = text.split(':').map(Number);
  return hour < 24 && minute < 60 && second < 60;
}

function unreadable(options: CopyOptions, otherwise: CsvValue): CsvValue {
  return options.acceptAnyDate ? NULL : otherwise;
}

function varchar(value: string, { length }: TargetColumn, options: CopyOptions): CsvValue {
  const trimmed = options.trimBlanks ? value.replace(/ +$/, '') : value;
  if (trimmed.includes('\0')) return refused(1216, 'Invalid line: the field holds the character 0x00');
  if (length < 0 || Buffer.byteLength(trimmed) <= length) return text(trimmed);
  return options.truncateColumns ? text(cut(trimmed, length)) : refused(1204, 'String length exceeds DDL length');
}

function char(value: string, { length }: TargetColumn, options: CopyOptions): CsvValue {
  const wide = /[\u0080-\uffff]/.exec(value)?.[0];
  if (wide !== undefined) {
    return refused(
      1215,
      `Multibyte character not supported for CHAR (Hint: Try using VARCHAR). Invalid char: ${Buffer.from(wide).toString('hex')}`,
    );
  }
  if (value.replace(/ +$/, '').length <= length) return text(value);
  return options.truncateColumns ? text(value.slice(0, length)) : refused(1204, 'Char length exceeds DDL length');
}

function isJson(value: string): boolean {
  try {
    JSON.parse(value);
    return true;
  } catch {
    return false;
  }
}
