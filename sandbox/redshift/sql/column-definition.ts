import { randomUUID } from 'node:crypto';

import { Cursor, isSymbol, isWord, render, syntaxErrorAt } from './cursor.ts';
import { rewriteExpressions } from './expressions.ts';
import { quoteName } from './names.ts';
import { RedshiftError } from './redshift-error.ts';
import { RESERVED_WORDS } from './reserved-words.ts';
import type { Token } from './tokenize.ts';
import { readType, type SqlType } from './types.ts';

/** A column with what Redshift keeps about it and does not enforce. */
export interface ColumnDefinition {
  readonly name: string;
  readonly postgres: string;
  /** Of a VARCHAR, whose limit `postgres` leaves to `byteLimit` or `byteLimits`. */
  readonly mostBytes: number | undefined;
  readonly isPrimaryKey: boolean;
  readonly isUnique: boolean;
  readonly isDistributionKey: boolean;
  readonly isSortKey: boolean;
  readonly isIdentity: boolean;
  readonly hasReference: boolean;
  readonly isSuper: boolean;
}

type Attributes = { -readonly [Name in keyof Omit<ColumnDefinition, 'name' | 'postgres' | 'mostBytes'>]: boolean } & {
  clauses: string[];
};

/** A name that the author did not quote must not be reserved. */
export function readNewName(cursor: Cursor): string {
  const token = cursor.peek();
  if (token?.kind === 'word' && RESERVED_WORDS.has(token.value)) throw syntaxErrorAt(token);
  return cursor.name();
}

export function readColumnDefinition(cursor: Cursor): ColumnDefinition {
  const name = readNewName(cursor);
  const type = readColumnType(cursor, name);
  const attributes: Attributes = {
    isPrimaryKey: false,
    isUnique: false,
    isDistributionKey: false,
    isSortKey: false,
    isIdentity: false,
    hasReference: false,
    isSuper: type.postgres === 'jsonb',
    clauses: [],
  };
  while (!cursor.isAtEnd && !cursor.isSymbol(',')) readAttribute(cursor, attributes);
  const { clauses, ...facts } = attributes;
  // Redshift makes a primary key's columns NOT NULL, and enforces that part of it.
  if (facts.isPrimaryKey && !clauses.includes('not null')) clauses.push('not null');
  const postgres = [quoteName(name), type.postgres, ...clauses, ...singleBytes(name, type)].join(' ');
  return { name, ...facts, postgres, mostBytes: type.kind === 'varchar' ? type.length : undefined };
}

function readColumnType(cursor: Cursor, column: string): SqlType {
  try {
    return readType(cursor, 'column');
  } catch (error) {
    if (error instanceof RedshiftError && error.message.startsWith('unsupported type')) {
      throw new RedshiftError(`Column "${column}" has ${error.message}.`);
    }
    throw error;
  }
}

/** PostgreSQL pads to the length in characters, so only single-byte characters give as many bytes. */
function singleBytes(column: string, type: SqlType): string[] {
  if (type.kind !== 'char') return [];
  return [`constraint "ascii_${type.length}_${tag()}" check (octet_length(${quoteName(column)}) = ${type.length})`];
}

type Limited = Pick<ColumnDefinition, 'name' | 'mostBytes'>;

/** PostgreSQL counts characters, Redshift bytes; the constraint's name carries the limit into the error text. */
export function byteLimit({ name, mostBytes }: Limited): string[] {
  if (mostBytes === undefined) return [];
  return [`constraint "bytes_${mostBytes}_${tag()}" check (octet_length(${quoteName(name)}) <= ${mostBytes})`];
}

/**
 * The limits of a new table's columns in one constraint: one for each made 60 staging tables of 12 texts cost 40 ms more
 * of processor time, 20 of them when they were dropped.
 */
export function byteLimits(columns: readonly Limited[]): string[] {
  const exceeded = columns.flatMap(({ name, mostBytes }) =>
    mostBytes === undefined ? [] : [`when octet_length(${quoteName(name)}) > ${mostBytes} then ${mostBytes}`],
  );
  if (exceeded.length === 0) return [];
  return [`constraint "bytes_of_${tag()}" check (redshift.too_long(case ${exceeded.join(' ')} end))`];
}

function tag(): string {
  return randomUUID().slice(0, 13).replace('-', '');
}

type Reader = (cursor: Cursor, attributes: Attributes) => void;

const READERS: Readonly<Record<string, Reader>> = {
  not: (cursor, { clauses }) => {
    cursor.expectWord('null');
    clauses.push('not null');
  },
  null: () => {},
  default: (cursor, { clauses }) => {
    const value = cursor.until(startsAttribute);
    if (value.length === 0) throw cursor.syntaxError();
    clauses.push(`default ${render(rewriteExpressions(value))}`);
  },
  identity: (cursor, attributes) => identity(cursor, attributes, 'always'),
  generated: (cursor, attributes) => {
    for (const word of ['by', 'default', 'as', 'identity']) cursor.expectWord(word);
    identity(cursor, attributes, 'by default');
  },
  encode: (cursor) => void cursor.name(),
  collate: (cursor) => void cursor.name(),
  distkey: (_, attributes) => void (attributes.isDistributionKey = true),
  sortkey: (_, attributes) => void (attributes.isSortKey = true),
  unique: (_, attributes) => void (attributes.isUnique = true),
  primary: (cursor, attributes) => {
    cursor.expectWord('key');
    attributes.isPrimaryKey = true;
  },
  references: (cursor, attributes) => {
    cursor.qualifiedName();
    if (cursor.isSymbol('(')) cursor.bracketed();
    attributes.hasReference = true;
  },
};

function readAttribute(cursor: Cursor, attributes: Attributes): void {
  const token = cursor.peek();
  const reader = token?.kind === 'word' ? READERS[token.value] : undefined;
  if (reader === undefined) throw cursor.syntaxError();
  cursor.take();
  reader(cursor, attributes);
}

function startsAttribute(token: Token): boolean {
  return isSymbol(token, ',') || Object.keys(READERS).some((word) => word !== 'null' && isWord(token, word));
}

function identity(cursor: Cursor, attributes: Attributes, how: 'always' | 'by default'): void {
  const numbers = new Cursor(cursor.bracketed());
  const seed = numbers.integer();
  numbers.expectSymbol(',');
  const step = numbers.integer();
  numbers.expectEnd();
  attributes.isIdentity = true;
  attributes.clauses.push(`generated ${how} as identity (start with ${seed} increment by ${step})`);
}
