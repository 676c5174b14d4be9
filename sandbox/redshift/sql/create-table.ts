import { byteLimits, readColumnDefinition, readNewName, type ColumnDefinition } from './column-definition.ts';
import { Cursor, type QualifiedName, isWord, render, renderName, splitAtCommas } from './cursor.ts';
import { rewriteExpressions } from './expressions.ts';
import { nameLiteral, quoteLiteral, quoteName } from './names.ts';
import { type Prepared, prepared } from './prepared.ts';
import { RedshiftError } from './redshift-error.ts';

/** Keys and distribution: kept for the catalog views, never enforced. */
interface TableAttributes {
  distributionStyle: string | undefined;
  distributionKey: string | undefined;
  sortKeys: readonly string[];
  primaryKey: readonly string[];
}

interface TableBody {
  readonly elements: string[];
  readonly columns: ColumnDefinition[];
  readonly attributes: TableAttributes;
  like: QualifiedName | undefined;
}

/** `create [temp] table`, after those words. */
export function prepareCreateTable(cursor: Cursor, isTemporary: boolean): Prepared {
  const ifNotExists = cursor.takeWord('if', 'not', 'exists');
  const name = readTableName(cursor);
  const temporary = isTemporary || name.parts.at(-1)?.startsWith('#') === true;
  const body: TableBody = { elements: [], columns: [], attributes: noAttributes(), like: undefined };
  const names = readBody(cursor, body);
  readTableAttributes(cursor, body.attributes);
  refuseSuperKeys(body);
  const start = `create ${temporary ? 'temporary ' : ''}table ${ifNotExists ? 'if not exists ' : ''}${renderName(name)}`;
  if (cursor.takeWord('as')) return createAs(cursor, { start, name, names, temporary });
  cursor.expectEnd();
  if (body.elements.length === 0) throw cursor.syntaxError();
  const create = `${start} (${[...body.elements, ...byteLimits(body.columns)].join(', ')})`;
  return prepared('CREATE TABLE', [create, ...keep(name, body)].join('; '), { touchesSession: temporary });
}

function readTableName(cursor: Cursor): QualifiedName {
  const parts = [readNewName(cursor)];
  while (cursor.takeSymbol('.')) parts.push(readNewName(cursor));
  return { parts };
}

function refuseSuperKeys({ columns, attributes }: TableBody): void {
  const keys = [attributes.distributionKey, ...attributes.sortKeys];
  const key = columns.find(({ name, isSuper }) => isSuper && keys.includes(name));
  if (key !== undefined)
    throw new RedshiftError(`Column "${key.name}" of type SUPER cannot be a distribution key or a sort key`);
}

function noAttributes(): TableAttributes {
  return { distributionStyle: undefined, distributionKey: undefined, sortKeys: [], primaryKey: [] };
}

/** The bracketed part: definitions, or for `create table t (a, b) as` bare names, which are returned. */
function readBody(cursor: Cursor, body: TableBody): string[] {
  if (!cursor.isSymbol('(')) return [];
  const elements = splitAtCommas(cursor.bracketed());
  if (elements.every((element) => element.length === 1)) {
    return elements.map((element) => readNewName(new Cursor(element)));
  }
  for (const element of elements) readElement(new Cursor(element), body);
  const { columns, attributes } = body;
  attributes.distributionKey ??= columns.find((column) => column.isDistributionKey)?.name;
  const sorted = columns.filter((column) => column.isSortKey).map((column) => column.name);
  if (sorted.length > 0) attributes.sortKeys = sorted;
  const keyed = columns.filter((column) => column.isPrimaryKey).map((column) => column.name);
  if (keyed.length > 0) attributes.primaryKey = keyed;
  return [];
}

function readElement(cursor: Cursor, body: TableBody): void {
  if (cursor.takeWord('constraint')) cursor.name();
  if (cursor.takeWord('like')) return readLike(cursor, body);
  if (cursor.isWord('primary', 'key') || cursor.isWord('unique') || cursor.isWord('foreign', 'key')) {
    body.attributes.primaryKey = readTableConstraint(cursor) ?? body.attributes.primaryKey;
    // A primary key makes its columns NOT NULL, and that is enforced.
    body.elements.push(...body.attributes.primaryKey.map((column) => `not null ${quoteName(column)}`));
    return;
  }
  const column = readColumnDefinition(cursor);
  cursor.expectEnd();
  body.columns.push(column);
  body.elements.push(column.postgres);
}

/** A key constraint; returns the columns of a primary key. */
export function readTableConstraint(cursor: Cursor): readonly string[] | undefined {
  const isPrimary = cursor.takeWord('primary', 'key');
  const isForeign = !isPrimary && cursor.takeWord('foreign', 'key');
  if (!isPrimary && !isForeign) cursor.expectWord('unique');
  const columns = splitAtCommas(cursor.bracketed()).map((part) => new Cursor(part).name());
  if (isForeign) {
    cursor.expectWord('references');
    cursor.qualifiedName();
    if (cursor.isSymbol('(')) cursor.bracketed();
  }
  cursor.expectEnd();
  return isPrimary ? columns : undefined;
}

function readLike(cursor: Cursor, body: TableBody): void {
  body.like = cursor.qualifiedName();
  const defaults = cursor.takeWord('including', 'defaults') ? ' including defaults' : '';
  cursor.takeWord('excluding', 'defaults');
  cursor.expectEnd();
  // The constraints hold the byte limits of the columns; keys are not among them here.
  body.elements.push(`like ${renderName(body.like)} including constraints${defaults}`);
}

function readTableAttributes(cursor: Cursor, attributes: TableAttributes): void {
  while (!cursor.isAtEnd && !cursor.isWord('as')) {
    if (cursor.takeWord('backup')) cursor.name();
    else if (cursor.takeWord('encode', 'auto')) continue;
    else if (cursor.takeWord('diststyle')) attributes.distributionStyle = distributionStyle(cursor);
    else if (cursor.takeWord('distkey')) attributes.distributionKey = new Cursor(cursor.bracketed()).name();
    else if (cursor.takeWord('sortkey', 'auto')) continue;
    else attributes.sortKeys = sortKey(cursor);
  }
}

const DISTRIBUTION_STYLES = new Set(['even', 'key', 'all', 'auto']);

export function distributionStyle(cursor: Cursor): string {
  const token = cursor.peek();
  const style = cursor.name();
  if (!DISTRIBUTION_STYLES.has(style)) throw new RedshiftError(`syntax error at or near "${token?.text ?? ''}"`);
  return style.toUpperCase();
}

export function sortKey(cursor: Cursor): readonly string[] {
  if (!cursor.takeWord('compound')) cursor.takeWord('interleaved');
  cursor.expectWord('sortkey');
  return splitAtCommas(cursor.bracketed()).map((part) => new Cursor(part).name());
}

/** The statement that keeps a new table's attributes, if it has any. */
function keep(name: QualifiedName, { attributes, like }: TableBody): string[] {
  const table = quoteLiteral(renderName(name));
  if (like !== undefined) {
    return [`select redshift.copy_attributes(${table}::regclass, ${quoteLiteral(renderName(like))}::regclass)`];
  }
  const { distributionStyle, distributionKey, sortKeys, primaryKey } = attributes;
  if (distributionStyle === undefined && distributionKey === undefined && sortKeys.length + primaryKey.length === 0)
    return [];
  const style = distributionStyle ?? (distributionKey === undefined ? 'AUTO' : 'KEY');
  const values = [table, quoteLiteral(style), textOrNull(distributionKey), textArray(sortKeys), textArray(primaryKey)];
  return [`select redshift.keep_attributes(${values.join(', ')})`];
}

function textOrNull(text: string | undefined): string {
  return text === undefined ? 'null' : nameLiteral(text);
}

export function textArray(items: readonly string[]): string {
  return `array[${items.map(nameLiteral).join(', ')}]::text[]`;
}

interface CreateAs {
  readonly start: string;
  readonly name: QualifiedName;
  readonly names: readonly string[];
  readonly temporary: boolean;
}

function createAs(cursor: Cursor, { start, name, names, temporary }: CreateAs): Prepared {
  const query = cursor.rest();
  const isQuery = ['select', 'with', '('].some((first) => isWord(query[0], first) || query[0]?.text === first);
  if (!isQuery) throw new Cursor(query).syntaxError();
  const columns = names.length === 0 ? '' : ` (${names.map(quoteName).join(', ')})`;
  const settle = `select redshift.settle_columns(${quoteLiteral(renderName(name))}::regclass)`;
  const postgres = `${start}${columns} as ${render(rewriteExpressions(query))}; ${settle}`;
  return prepared('CREATE TABLE AS', postgres, { touchesSession: temporary });
}
