import type { AppliedColumn, AppliedTable } from '../load/applied-table.ts';
import type { TransferContext } from '../ports.ts';

/** What the report of a Full says of a table beside the rows that differ. */
export interface TableFinding {
  readonly table: string;
  readonly finding: 'compared' | 'new' | 'merged' | 'absent' | 'new_column';
  readonly column?: string;
  readonly rows: number;
}

export interface TableComparison {
  readonly findings: readonly TableFinding[];
  /** The columns beside the key whose values are to be compared; absent where no row is. */
  readonly columns?: readonly AppliedColumn[];
}

/** A window that makes those of other pipelines needless holds everything: a Full. */
export function isReconciled({ reconciles }: { readonly reconciles: boolean }, { covers }: TransferContext): boolean {
  return reconciles && covers.length > 0;
}

/**
 * What of a table of a Full can be compared with the table that stands in the target.
 * @param made tables, and columns as `table.column`, that the Full was the first to bring
 */
export function tableComparison(
  { table, mode, columns, key }: AppliedTable,
  { rows, made }: { readonly rows: number; readonly made: ReadonlySet<string> },
): TableComparison {
  if (mode === 'merge') return { findings: [{ table, finding: 'merged', rows }] };
  if (made.has(table)) return { findings: [{ table, finding: 'new', rows }] };
  const isMade = ({ name }: AppliedColumn): boolean => made.has(`${table}.${name}`);
  const isKey = ({ name }: AppliedColumn): boolean => key.some((column) => column.name === name);
  const added = columns.filter(isMade);
  return {
    findings: [
      { table, finding: 'compared', rows },
      ...added.map(({ name }): TableFinding => ({ table, finding: 'new_column', column: name, rows: 0 })),
    ],
    columns: columns.filter((column) => !isKey(column) && !isMade(column)),
  };
}

/** Tables that an earlier Full had and this one has not; they are left as they are. */
export function absentTables(known: readonly string[], tables: Iterable<string>): readonly TableFinding[] {
  const listed = new Set(tables);
  return known.filter((table) => !listed.has(table)).map((table) => ({ table, finding: 'absent', rows: 0 }));
}
