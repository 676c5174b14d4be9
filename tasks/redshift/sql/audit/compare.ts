import { type AppliedColumn, type AppliedTable, TABLE_BASE, TOMBSTONE, type Temporal, liveRows } from '#framework';

import { sameKey, sameTombstone, stagedKey } from '../keys.ts';
import type { LoadIdentity } from '../load/load-log.ts';
import { type ComparedPieces, stagedText, standingText } from '../long-text.ts';
import { windowEndColumn } from '../names.ts';
import { inPieces } from '../pieces.ts';
import { type Statement, castText, lines, literal, qualified, quote, timestampLiteral, valueText } from '../text.ts';

/** A Full whose tables are compared with what they replace. */
export interface ComparedFull extends LoadIdentity {
  readonly schema: string;
  /** Pipelines whose windows brought what the tables hold. */
  readonly covers: readonly string[];
  readonly reportedAt: Temporal.Instant;
  /** Begins the names of two tables that live as long as the transaction. */
  readonly prefix: string;
}

/** A table and those of its columns that are compared. */
export interface ComparedTable {
  readonly applied: AppliedTable;
  readonly columns: readonly AppliedColumn[];
}

/** One row for each row that differs, with a 1 at the place of each column that does. */
export function differences({ schema, prefix }: ComparedFull): string {
  return qualified(schema, `${prefix}_difference`);
}

export function comparedColumns({ schema, prefix }: ComparedFull): string {
  return qualified(schema, `${prefix}_column`);
}

export function createComparison(full: ComparedFull): readonly Statement[] {
  return [
    {
      name: 'create the list of differences',
      sql: lines(
        `create table ${differences(full)} (`,
        '  "table_name" varchar(127), "piece" bigint, "finding" varchar(32), "copy" bigint,',
        '  "key_1" varchar(4096), "key_2" varchar(4096), "key_3" varchar(4096), "places" varchar(1600)',
        ')',
      ),
    },
    {
      name: 'create the list of compared columns',
      sql: `create table ${comparedColumns(full)} ("table_name" varchar(127), "piece" bigint, "place" bigint, "column_name" varchar(127))`,
    },
  ];
}

export function dropComparison(full: ComparedFull): readonly Statement[] {
  return [differences(full), comparedColumns(full)].map((table) => ({
    name: 'drop a list of the comparison',
    sql: `drop table ${table}`,
  }));
}

/** A column on both sides and whether the two are the same, under names that leave room for many in one statement. */
interface PairedColumn {
  readonly name: string;
  readonly kept: string;
  readonly staged: string;
  readonly place: string;
}

/** More columns than one statement has room for are compared in several. */
export function compareTable(full: ComparedFull, { applied: table, columns }: ComparedTable): readonly Statement[] {
  const paired = table.updates === undefined ? asKept(columns) : columns;
  const pairs = new Map(paired.map((column, index) => [pairText(pair(column, index)), pair(column, index)]));
  const [first = [], ...more] = inPieces([...pairs.keys()]);
  return [first, ...more].flatMap((texts, piece) => {
    const own = texts.flatMap((text) => pairs.get(text) ?? []);
    return [...noteColumns(full, { table, piece, pairs: own }), comparePiece(full, { table, piece, pairs: own })];
  });
}

function pair(column: AppliedColumn, index: number): PairedColumn {
  if (column.targetType.kind === 'long_text') return pairOfPieces(column, index);
  const name = quote(column.name);
  const [kept, staged] = [`windrow_k${index}`, `windrow_s${index}`];
  // Redshift ignores blanks at the end when it compares text.
  const sameText = column.targetType.kind === 'text' ? ` and octet_length(${kept}) = octet_length(${staged})` : '';
  return {
    name: column.name,
    kept: `${name} as ${kept}`,
    staged: `${castText(name, column.type, column.targetType)} as ${staged}`,
    place: `case when ${kept} = ${staged}${sameText} or (${kept} is null and ${staged} is null) then '0' else '1' end`,
  };
}

/** Texts of as many pieces, each the same to its last blank. */
function pairOfPieces(column: AppliedColumn, index: number): PairedColumn {
  const [kept, staged] = [`windrow_k${index}`, `windrow_s${index}`];
  const standing = standingText(column);
  const same = standing.pieces.map((_, place) => {
    const [a, b] = [`coalesce(${kept}_${place}, '')`, `coalesce(${staged}_${place}, '')`];
    return ` and ${a} = ${b} and octet_length(${a}) = octet_length(${b})`;
  });
  return {
    name: column.name,
    kept: namedPieces(standing, kept),
    staged: namedPieces(stagedText(column), staged),
    place: `case when ${kept} = ${staged}${same.join('')} or (${kept} is null and ${staged} is null) then '0' else '1' end`,
  };
}

function namedPieces({ count, pieces }: ComparedPieces, name: string): string {
  return [`${count} as ${name}`, ...pieces.map((piece, place) => `${piece} as ${name}_${place}`)].join(', ');
}

function pairText({ kept, staged, place }: PairedColumn): string {
  return kept + staged + place;
}

interface ComparedPiece {
  readonly table: AppliedTable;
  readonly piece: number;
  readonly pairs: readonly PairedColumn[];
}

function noteColumns(full: ComparedFull, { table, piece, pairs }: ComparedPiece): readonly Statement[] {
  const rows = pairs.map(({ name }, index) => `(${literal(table.table)}, ${piece}, ${index + 1}, ${literal(name)})`);
  return inPieces(rows).map((values) => ({
    name: `note the columns of ${table.table}`,
    sql: lines(`insert into ${comparedColumns(full)}`, `values ${values.join(', ')}`),
  }));
}

/**
 * The rows in which a table and the staged Full differ. What windows behind the Full have changed or deleted is only
 * counted. The second of two rows with one key joins nothing, and so counts as extra.
 */
function comparePiece(full: ComparedFull, { table, piece, pairs }: ComparedPiece): Statement {
  const end = timestampLiteral(full.window.end);
  const places = pairs.length === 0 ? "cast('' as varchar(1600))" : pairs.map(({ place }) => place).join('\n|| ');
  return {
    name: `compare ${table.table} with the Full`,
    sql: lines(
      `insert into ${differences(full)}`,
      `select ${literal(table.table)}, ${piece}, windrow_finding, windrow_copy, windrow_key_1, windrow_key_2, windrow_key_3, windrow_places`,
      'from (',
      'select case',
      `when windrow_kept.${windowEndColumn} > ${end} then 'changed_since'`,
      `when windrow_kept.windrow_copy is null and windrow_gone."table_name" is not null then 'changed_since'`,
      `when windrow_kept.windrow_copy is null then 'missing'`,
      `when windrow_staged.windrow_copy is null then 'extra'`,
      `else 'changed' end as windrow_finding,`,
      'coalesce(windrow_kept.windrow_copy, windrow_staged.windrow_copy) as windrow_copy,',
      `${keysOf(table).join(', ')},`,
      `${places} as windrow_places`,
      ...bothSides(full, { table, pairs }),
      ') as windrow_compared',
      piece === 0
        ? `where (windrow_finding <> 'changed' or windrow_places like '%1%')`
        : `where windrow_finding = 'changed' and windrow_places like '%1%'`,
      'and not exists (',
      `select 1 from ${qualified(full.schema, TABLE_BASE)} as windrow_base`,
      `where windrow_base."table_name" = ${literal(table.table)}`,
      `and windrow_base."window_end" > ${end}`,
      ')',
    ),
  };
}

function bothSides(full: ComparedFull, { table, pairs }: Omit<ComparedPiece, 'piece'>): readonly string[] {
  const { schema } = full;
  const keys = table.key.map(({ name }) => quote(name));
  const own = qualified(schema, table.table);
  const staged = table.updates === undefined ? `${own} where 1 = 0` : qualified(schema, table.updates);
  const order = `partition by ${stagedKey(asKept(table.key), 'windrow_own')} order by windrow_own.${windowEndColumn} desc`;
  return [
    'from (',
    `select ${[...keys, windowEndColumn, ...pairs.map(({ kept }) => kept)].join(', ')},`,
    `row_number() over (${order}) as windrow_copy`,
    `from ${liveRows(table.deletePolicy, own)} as windrow_own`,
    ') as windrow_kept',
    'full join (',
    `select ${[...keys, ...pairs.map((one) => one.staged)].join(', ')}, cast(1 as bigint) as windrow_copy`,
    `from ${staged}`,
    ') as windrow_staged',
    `on ${sameKey(stagedOf(table).key, 'windrow_staged', 'windrow_kept')}`,
    'and windrow_staged.windrow_copy = windrow_kept.windrow_copy',
    'left join (',
    `select distinct "table_name", "key_1", "key_2", "key_3" from ${qualified(schema, TOMBSTONE)}`,
    `where "table_name" = ${literal(table.table)}`,
    `and "window_end" > ${timestampLiteral(full.window.end)}`,
    ') as windrow_gone',
    `on ${sameTombstone(stagedOf(table), 'windrow_staged', 'windrow_gone')}`,
  ];
}

/** The columns as the table itself has them. */
function asKept(columns: readonly AppliedColumn[]): readonly AppliedColumn[] {
  return columns.map(({ name, targetType }) => ({ name, type: targetType, targetType }));
}

/** Without a staging table the table itself, emptied, stands for it. */
function stagedOf(table: AppliedTable): AppliedTable {
  return table.updates === undefined ? { ...table, key: asKept(table.key) } : table;
}

/** Of a key that is longer the beginning is kept. */
const MOST_KEY_TEXT = 1024;

function keysOf(table: AppliedTable): readonly string[] {
  return [0, 1, 2].map((index) => {
    const column = stagedOf(table).key[index];
    const name = `windrow_key_${index + 1}`;
    if (column === undefined) return `cast(null as varchar) as ${name}`;
    const place = quote(column.name);
    const staged = valueText(castText(`windrow_staged.${place}`, column.type, column.targetType), column.targetType);
    const kept = valueText(`windrow_kept.${place}`, column.targetType);
    return `left(case when windrow_staged.windrow_copy is null then ${kept} else ${staged} end, ${MOST_KEY_TEXT}) as ${name}`;
  });
}
