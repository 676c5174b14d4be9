import { type Cursor, isSymbol } from './cursor.ts';
import { RedshiftError } from './redshift-error.ts';

/** A column type as Redshift understands it, with its text for PostgreSQL. */
export interface SqlType {
  readonly kind: 'varchar' | 'char' | 'decimal' | 'other';
  readonly postgres: string;
  /** Bytes of a varchar or char. */
  readonly length?: number;
}

const PLAIN: Readonly<Record<string, string>> = {
  smallint: 'smallint',
  int2: 'smallint',
  integer: 'integer',
  int: 'integer',
  int4: 'integer',
  bigint: 'bigint',
  int8: 'bigint',
  real: 'real',
  float4: 'real',
  float8: 'double precision',
  boolean: 'boolean',
  bool: 'boolean',
  date: 'date',
  timetz: 'time with time zone',
  timestamptz: 'timestamp with time zone',
  super: 'jsonb',
  interval: 'interval',
};

const UNSUPPORTED = new Set(
  `uuid json jsonb bytea inet cidr macaddr money xml hstore serial bigserial smallserial serial4 serial8 int4range int8range
   numrange tsrange tstzrange daterange tsvector tsquery point line lseg box path polygon circle bit name oid regclass`.split(
    /\s+/,
  ),
);
const NOT_HERE = new Set(['geometry', 'geography', 'hllsketch']);

const LONGEST_VARCHAR = 65_535;
const LONGEST_CHAR = 4096;

/** Reads a type. `defaults`: a length or precision left out means the default of a column, not "whatever it takes". */
export function readType(cursor: Cursor, where: 'column' | 'expression'): SqlType {
  const start = cursor.peek();
  const word = cursor.name();
  const type = plainType(cursor, word) ?? sizedType(cursor, { word, where });
  if (type === undefined || isSymbol(cursor.peek(), '[') || cursor.isWord('array')) {
    throw unsupported(type === undefined ? word : `${word}[]`, start?.start);
  }
  return type;
}

function unsupported(type: string, start: number | undefined): RedshiftError {
  const place = start === undefined ? {} : { position: start + 1 };
  if (NOT_HERE.has(type)) return new RedshiftError(`the Redshift stand-in does not hold the type "${type}"`, place);
  if (UNSUPPORTED.has(type) || type.endsWith('[]')) return new RedshiftError(`unsupported type "${type}"`, place);
  return new RedshiftError(`type "${type}" does not exist`, place);
}

function plainType(cursor: Cursor, word: string): SqlType | undefined {
  const plain = PLAIN[word];
  if (plain !== undefined) return { kind: 'other', postgres: plain };
  if (word === 'double') {
    cursor.takeWord('precision');
    return { kind: 'other', postgres: 'double precision' };
  }
  if (word === 'time' || word === 'timestamp') {
    const zone = takeZone(cursor) ? 'with' : 'without';
    return { kind: 'other', postgres: `${word} ${zone} time zone` };
  }
  return undefined;
}

function takeZone(cursor: Cursor): boolean {
  if (cursor.takeWord('with', 'time', 'zone')) return true;
  cursor.takeWord('without', 'time', 'zone');
  return false;
}

interface SizedWord {
  readonly word: string;
  readonly where: 'column' | 'expression';
}

function sizedType(cursor: Cursor, { word, where }: SizedWord): SqlType | undefined {
  return SIZED[word]?.(cursor, where);
}

type Reader = (cursor: Cursor, where: 'column' | 'expression') => SqlType;

const SIZED: Readonly<Record<string, Reader>> = {
  varchar,
  nvarchar: varchar,
  text: (_, where) => (where === 'column' ? varcharOf(256) : { kind: 'other', postgres: 'varchar' }),
  char: character,
  character,
  nchar: character,
  bpchar: (cursor) => char(cursor, 256),
  decimal,
  numeric: decimal,
  float: (cursor) => ({ kind: 'other', postgres: (length(cursor, 53) ?? 53) <= 24 ? 'real' : 'double precision' }),
  varbyte,
  varbinary: varbyte,
};

function character(cursor: Cursor, where: 'column' | 'expression'): SqlType {
  return cursor.takeWord('varying') ? varchar(cursor, where) : char(cursor, 1);
}

function varbyte(cursor: Cursor): SqlType {
  length(cursor, 16_777_216);
  return { kind: 'other', postgres: 'bytea' };
}

function varchar(cursor: Cursor, where: 'column' | 'expression'): SqlType {
  const size = length(cursor, LONGEST_VARCHAR);
  if (size !== undefined) return varcharOf(size);
  return where === 'column' ? varcharOf(256) : { kind: 'other', postgres: 'varchar' };
}

function varcharOf(size: number): SqlType {
  return { kind: 'varchar', postgres: `varchar(${size})`, length: size };
}

function char(cursor: Cursor, usual: number): SqlType {
  const size = length(cursor, LONGEST_CHAR) ?? usual;
  return { kind: 'char', postgres: `char(${size})`, length: size };
}

function length(cursor: Cursor, most: number): number | undefined {
  if (!cursor.takeSymbol('(')) return undefined;
  const size = cursor.takeWord('max') ? most : cursor.integer();
  cursor.expectSymbol(')');
  if (size < 1) throw new RedshiftError('length for type must be at least 1');
  if (size > most) throw new RedshiftError(`length for type cannot exceed ${most}`);
  return size;
}

function decimal(cursor: Cursor): SqlType {
  let precision = 18;
  let scale = 0;
  if (cursor.takeSymbol('(')) {
    precision = cursor.integer();
    if (cursor.takeSymbol(',')) scale = cursor.integer();
    cursor.expectSymbol(')');
  }
  if (precision < 1 || precision > 38)
    throw new RedshiftError(`NUMERIC precision ${precision} must be between 1 and 38`);
  if (scale > Math.min(precision, 37)) {
    throw new RedshiftError(`NUMERIC scale ${scale} must be between 0 and precision ${precision}`);
  }
  return { kind: 'decimal', postgres: `numeric(${precision},${scale})` };
}
