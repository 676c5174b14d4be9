import { DataFailure } from '../../core/failures.ts';
import type { DeletePolicy } from '../deletes/delete-policy.ts';
import type { LoadMode } from '../stage-manifest.ts';
import type { ColumnType } from '../table-schema.ts';
import type { LoadColumn, PresentTable } from './load-tables.ts';

/** A column of a staging table and the type of its target column. */
export interface AppliedColumn extends LoadColumn {
  readonly targetType: ColumnType;
}

/** One target table and the staging tables that hold what the window brings for it. */
export interface AppliedTable {
  readonly table: string;
  readonly mode: LoadMode;
  readonly deletePolicy: DeletePolicy;
  readonly columns: readonly AppliedColumn[];
  readonly key: readonly AppliedColumn[];
  /** Columns of longer texts than the window brings, or absent from its file: its rows have nothing there. */
  readonly emptied?: readonly string[];
  readonly updates?: string;
  readonly deletes?: string;
  /** Rows with a key of this staged quarantine are not replaced: the Full has them in a form that nothing can hold. */
  readonly spared?: string;
}

/**
 * The columns that the target has, each with the type that it has there.
 * @throws DataFailure with `code` when a later window removed a column of the key
 */
export function appliedTable({ table, types, deletePolicy, emptied }: PresentTable, code: string): AppliedTable {
  const typed = (columns: readonly LoadColumn[]): readonly AppliedColumn[] =>
    columns.flatMap((column) => {
      const targetType = types.get(column.name);
      return targetType === undefined ? [] : [{ ...column, targetType }];
    });
  const key = typed(table.key);
  if (key.length < table.key.length) {
    throw new DataFailure(
      code,
      `${table.extract}: a later window removed a key column of ${table.table}, so this window cannot be applied by key. ` +
        'Load a new Full of the table.',
    );
  }
  return {
    table: table.table,
    mode: table.mode,
    deletePolicy,
    columns: typed(table.columns),
    key,
    ...(emptied.length === 0 ? {} : { emptied }),
    ...(table.updates === undefined ? {} : { updates: table.updates.staging }),
    ...(table.deletes === undefined ? {} : { deletes: table.deletes.staging }),
    ...(table.spared === undefined ? {} : { spared: table.spared }),
  };
}
