import type { Column, ColumnType, StageFormat } from '#framework';

import { type Statement, castText, literal, quote, typeText } from '../text.ts';

/** A column of the staged files and the type of its target column; absent where a later window removed that. */
export interface StagedColumn extends Column {
  readonly targetType: ColumnType | undefined;
}

export interface StagedFiles {
  readonly format: StageFormat;
  /** All columns of the files in their order. */
  readonly columns: readonly StagedColumn[];
  readonly paths: readonly string[];
}

export interface StagedTableFiles extends StagedFiles {
  readonly staging: string;
}

/** A temporary table with the rows of the files, each value with the type of its target column. */
export function stageTable({ staging, ...files }: StagedTableFiles): Statement {
  const values = files.columns.flatMap(({ name, type, targetType }) => {
    if (targetType === undefined) return [];
    const more = files.columns.filter(({ partOf }) => partOf === name);
    const text = [quote(name), ...more.map((part) => `coalesce(${quote(part.name)}, '')`)].join(' || ');
    return [`${castText(text, type, targetType)} as ${quote(name)}`];
  });
  return {
    name: `read the files of ${staging}`,
    sql: `
      create or replace temporary table ${quote(staging)} as
      select ${values.join(', ')}
      from (${stagedValues(files)})
    `,
  };
}

/** The rows of the files by the names of their columns, each value of its own type. */
export function stagedValues({ format, columns, paths }: StagedFiles): string {
  const places = columns.map((_, index) => `c${index}`);
  const values = columns.map(({ name, type }, index) => `${VALUES[format](`c${index}`, type)} as ${quote(name)}`);
  return `
    select ${values.join(', ')}
    from ${READERS[format](`[${paths.map(literal).join(', ')}]`, places)} as staged (${places.join(', ')})
  `;
}

/** Rows, and distinct keys. */
export function countStaged(staging: string, key: readonly string[]): Statement {
  const table = quote(staging);
  return {
    name: `count the rows of ${staging}`,
    sql: `
      select (select count(*) from ${table}), count(*)
      from (select distinct ${key.map(quote).join(', ')} from ${table})
    `,
  };
}

/** Parquet says of a moment that it is in UTC, and DuckDB would show it in the zone of the machine. */
const VALUES: Readonly<Record<StageFormat, (column: string, type: ColumnType) => string>> = {
  parquet: (column, type) => (type.kind === 'timestamp' ? `make_timestamp(epoch_us(${column}))` : column),
  csv: (column, type) => (type.kind === 'text' ? column : `cast(${column} as ${typeText(type)})`),
};

/** Every CSV field comes as text and is cast by us; an empty one is NULL, because no value of a stage file is empty. */
const READERS: Readonly<Record<StageFormat, (paths: string, places: readonly string[]) => string>> = {
  parquet: (paths) => `read_parquet(${paths})`,
  csv: (paths, places) => `read_csv(
    ${paths}, auto_detect = false, header = false, delim = ',', quote = '"', escape = '"', nullstr = '',
    new_line = '\\n', parallel = false, max_line_size = ${LONGEST_LINE_BYTES}, buffer_size = ${LONGEST_LINE_BYTES},
    columns = {${places.map((place) => `${place}: 'varchar'`).join(', ')}}
  )`,
};

/** 1,600 columns of 65,535 bytes would be more; no extract comes near. The buffer would be 16 lines long otherwise. */
const LONGEST_LINE_BYTES = 32 * 1024 * 1024;
