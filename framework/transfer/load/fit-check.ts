import { DataFailure } from '../../core/failures.ts';
import type { PinnedColumns } from '../schema/pinned-columns.ts';
import type { PlannedTable, SchemaChange, SchemaQuestion } from '../schema/schema-plan.ts';
import { conversionOf } from '../schema/type-conversion.ts';
import type { Column, ColumnType } from '../table-schema.ts';
import type { LoadTable, StagedPart } from './load-tables.ts';

/** Values that may not fit a column: they are looked at before anything is changed or applied. */
export interface FitCheck {
  readonly extract: string;
  readonly table: string;
  readonly column: string;
  readonly from: ColumnType;
  readonly to: ColumnType;
  /** Names a row in messages. */
  readonly key: readonly Column[];
}

/** Values of the window that may not fit their column. */
export interface StagedFitCheck extends FitCheck {
  readonly part: StagedPart;
}

/** A value that does not fit, and the key of its row, as texts. */
export interface Misfit {
  readonly key: readonly (string | null)[];
  readonly value: string | null;
}

/** Columns that get another type although rows stand in them. */
export function retypeChecks(
  changes: readonly SchemaChange[],
  tables: readonly LoadTable[],
  existing: SchemaQuestion['existing'],
): readonly FitCheck[] {
  return changes.flatMap((change) => {
    if (change.kind !== 'change_type' || change.from.kind === 'foreign') return [];
    const { table, column, from, to } = change;
    if (conversionOf(from, to).kind === 'all') return [];
    const own = tables.find((candidate) => candidate.table === table);
    const columns = existing.get(table);
    const key = (own?.key ?? []).flatMap(({ name }): readonly Column[] => {
      const type = columns?.get(name);
      return type === undefined || type.kind === 'foreign' ? [] : [{ name, type }];
    });
    return [{ extract: own?.extract ?? table, table, column, from, to, key }];
  });
}

/**
 * Columns of the window that are pinned, or of another kind than the target's: a re-run of a window from before a change.
 * Others were planned to hold what comes.
 */
export function stagedChecks(
  tables: readonly LoadTable[],
  planned: readonly PlannedTable[],
  pins: PinnedColumns,
): readonly StagedFitCheck[] {
  return partColumns(tables, planned).flatMap((check) => {
    const pin = pins.get(check.table)?.get(check.column);
    const to = pin ?? check.to;
    if ((pin === undefined && to.kind === check.from.kind) || conversionOf(check.from, to).kind === 'all') return [];
    return [{ ...check, to }];
  });
}

/**
 * Numbers of the window whose columns have more digits behind the point, and so fewer before it. Asked of every window they would cost
 * a look at each such column; a target that refuses one is asked which it was.
 */
export function scaleChecks(tables: readonly LoadTable[], planned: readonly PlannedTable[]): readonly StagedFitCheck[] {
  return partColumns(tables, planned).filter(
    ({ from, to }) => from.kind === 'decimal' && to.kind === 'decimal' && conversionOf(from, to).kind !== 'all',
  );
}

/** Every column of the files and the type of its target column. */
function partColumns(tables: readonly LoadTable[], planned: readonly PlannedTable[]): readonly StagedFitCheck[] {
  return tables.flatMap((table, index) => {
    const types = planned[index]?.types ?? new Map<string, ColumnType>();
    const parts = [table.updates, table.deletes].filter((part) => part !== undefined);
    return parts.flatMap((part) =>
      part.columns.flatMap((column): readonly StagedFitCheck[] => {
        const to = types.get(column.name);
        if (to === undefined) return [];
        const { extract, table: name, key } = table;
        return [{ extract, table: name, column: column.name, from: column.type, to, key, part }];
      }),
    );
  });
}

export interface FitWords {
  readonly code: string;
  readonly typeText: (type: ColumnType) => string;
}

/** A standing value that the new type of its column cannot hold exactly. */
export function retypeFailure(check: FitCheck, misfit: Misfit, { code, typeText }: FitWords): DataFailure {
  const { table, column, from, to } = check;
  return new DataFailure(
    code,
    `${table}.${column} is ${typeText(from)} in the target and the window needs ${typeText(to)}, which cannot hold ` +
      `${valueOf(check, misfit)} exactly. Nothing was changed. Correct the rows in the target, pin the column to a type that holds ` +
      'both ("columns" in connector_config.json), or drop it there, which gives up its old values; then re-run the window.',
    { details: detailsOf(check, misfit, typeText) },
  );
}

/** A value of the window that its column cannot hold exactly. */
export function valueFailure(check: FitCheck, misfit: Misfit, { code, typeText }: FitWords): DataFailure {
  const { extract, table, column, to } = check;
  return new DataFailure(
    code,
    `${extract}: the column ${table}.${column} is ${typeText(to)}, which cannot hold ${valueOf(check, misfit)} exactly. ` +
      'Nothing was applied. Correct the value in the source, or pin the column to another type ("columns" in connector_config.json), ' +
      'for numbers also to text. Where the column is pinned or a number, and not of the key, a run from SOURCE_TO_STAGE under ' +
      'ON_BAD_ROW=quarantine leaves the row out.',
    { details: detailsOf(check, misfit, typeText) },
  );
}

const LONGEST_SHOWN = 80;

function valueOf({ column, key }: FitCheck, misfit: Misfit): string {
  const value = misfit.value ?? '';
  const shown =
    value.length > LONGEST_SHOWN ? `${JSON.stringify(value.slice(0, LONGEST_SHOWN))}…` : JSON.stringify(value);
  const row = key.map(({ name }, index) => `${name}=${misfit.key[index] ?? 'NULL'}`).join(', ');
  return `the value ${shown} of column ${column} in the row ${row === '' ? 'without a key' : row}`;
}

function detailsOf(
  { extract, table, column, from, to, key }: FitCheck,
  misfit: Misfit,
  typeText: FitWords['typeText'],
) {
  return {
    extract,
    table,
    column,
    expected: typeText(to),
    found: typeText(from),
    key: Object.fromEntries(key.map(({ name }, index) => [name, misfit.key[index] ?? null])),
    value: misfit.value,
  };
}
