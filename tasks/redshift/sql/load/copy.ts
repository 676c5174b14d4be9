import type { Column, StageFormat } from '#framework';

import { inPieces } from '../pieces.ts';
import { type Statement, lines, literal, qualified, quote, typeText } from '../text.ts';

/** What a COPY reads: one object, or a manifest that lists several. */
export interface CopySource {
  readonly kind: 'object' | 'manifest';
  readonly url: string;
}

export interface Copy {
  readonly schema: string;
  readonly staging: string;
  readonly columns: readonly Column[];
  readonly from: CopySource;
  readonly format: StageFormat;
  readonly iamRole: string;
}

/** Exactly the columns of the files in their order and with their types: COPY maps by position and does not convert. */
export function createStaging(copy: Pick<Copy, 'schema' | 'staging' | 'columns'>): Statement {
  const body = copy.columns.map(
    (column, index) => `  ${quote(column.name)} ${typeText(column.type)}${index < copy.columns.length - 1 ? ',' : ''}`,
  );
  return {
    name: `create ${copy.staging}`,
    sql: lines(`create table ${qualified(copy.schema, copy.staging)} (`, body, ')'),
  };
}

/** Parquet takes no COMPUPDATE, no MAXERROR and no REGION: one bad value fails the load, which is what we want. */
export function copyStatement(copy: Copy): Statement {
  return {
    name: `copy ${copy.from.url} into ${copy.staging}`,
    sql: lines(
      `copy ${qualified(copy.schema, copy.staging)}`,
      `from ${literal(copy.from.url)}`,
      `iam_role ${copy.iamRole === 'default' ? 'default' : literal(copy.iamRole)}`,
      FORMAT_CLAUSES[copy.format],
      copy.from.kind === 'manifest' ? 'manifest' : '',
      'statupdate off',
    ),
  };
}

const FORMAT_CLAUSES: Readonly<Record<StageFormat, readonly string[] | string>> = {
  parquet: 'format as parquet',
  // No value of a stage file is empty, so an empty field is NULL and \\N stays the text it is.
  csv: ['format as csv', "null as ''", "timeformat 'auto'", 'compupdate off'],
};

/** One row of counts for each staging table: its place, rows, and distinct keys. */
export function countStaged(
  schema: string,
  staged: readonly { readonly staging: string; readonly key: readonly string[] }[],
): Statement {
  const selects = staged.map(({ staging, key }, index) => {
    const table = qualified(schema, staging);
    return lines(
      `select ${index}, count(*), (select count(*) from (select distinct ${key.map(quote).join(', ')} from ${table}) as windrow_keys)`,
      `from ${table}`,
    );
  });
  return { name: 'count staged rows', sql: selects.join('\nunion all\n') };
}

export function dropTables(schema: string, tables: readonly string[]): readonly Statement[] {
  return inPieces(tables.map((table) => qualified(schema, table))).map((names) => ({
    name: 'drop staging tables',
    sql: `drop table if exists ${names.join(', ')}`,
  }));
}
