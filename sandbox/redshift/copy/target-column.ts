import type { Connection } from '../connections.ts';
import { renderName } from '../sql/cursor.ts';
import { heldName } from '../sql/names.ts';
import { RedshiftError } from '../sql/redshift-error.ts';
import type { CopyStatement } from './copy-statement.ts';

/** A column that a COPY fills, in the order of the files' columns. */
export interface TargetColumn {
  readonly name: string;
  /** PostgreSQL's name of the type, without its size. */
  readonly type: string;
  /** Bytes of a varchar or char. */
  readonly length: number;
  readonly precision: number;
  readonly scale: number;
  readonly isNullable: boolean;
  readonly hasDefault: boolean;
}

interface Row {
  readonly table_id: string;
  readonly name: string;
  readonly type: string;
  readonly modifier: number;
  readonly not_null: boolean;
  readonly has_default: boolean;
  readonly is_identity: boolean;
}

const COLUMNS = `
  select attrelid::bigint::text as table_id, attname as name, format_type(atttypid, null) as type, atttypmod as modifier,
    attnotnull as not_null, atthasdef as has_default, attidentity <> '' as is_identity
  from pg_attribute
  where attrelid = $1::regclass and attnum > 0 and not attisdropped
  order by attnum`;

export interface CopyTarget {
  readonly tableId: string;
  readonly columns: readonly TargetColumn[];
}

/** The columns that a COPY fills: those it names, or all of the table's but identities. */
export async function findTarget(
  connection: Connection,
  { table, columns, options }: CopyStatement,
): Promise<CopyTarget> {
  const { rows } = await connection.query<Row>({ name: 'copy target', text: COLUMNS, values: [renderName(table)] });
  const tableId = rows[0]?.table_id ?? '0';
  if (columns === undefined) {
    return { tableId, columns: rows.filter((row) => options.explicitIds || !row.is_identity).map(targetColumn) };
  }
  const named = columns.map((name) => {
    const row = rows.find((candidate) => candidate.name === heldName(name).held);
    if (row === undefined)
      throw new RedshiftError(`column "${name}" of relation "${table.parts.at(-1)}" does not exist`);
    return targetColumn(row);
  });
  return { tableId, columns: named };
}

function targetColumn(row: Row): TargetColumn {
  const size = row.modifier - 4;
  return {
    name: row.name,
    type: row.type,
    length: size,
    precision: (size >> 16) & 0xffff,
    scale: size & 0x7ff,
    isNullable: !row.not_null,
    hasDefault: row.has_default,
  };
}
