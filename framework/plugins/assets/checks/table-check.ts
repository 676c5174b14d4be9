import { type CheckTarget, type CheckableTarget, type Connection, type Window, WINDOW_END } from '#framework';

import type { AssetCheck, CheckContext, CheckResult, Severity } from '../asset-check.ts';

/** What every ready-made check is told. */
export interface TableCheckOptions<Settings> {
  /** The warehouse, for example `redshiftConnection` or `duckDbConnection`. */
  readonly on: Connection<Settings, CheckableTarget>;
  readonly table: string;
  /**
   * Looks only at rows whose value here lies in the window of the run: a timestamp of the source, or `_windrow_window_end` for
   * the rows that the window brought. Absent, or in a run without a window: all rows.
   */
  readonly windowColumn?: string;
  /** Columns that name a row in samples of a failure. Default: the columns that are checked. */
  readonly key?: readonly string[];
  /** Default: made of the kind of check and its columns. */
  readonly name?: string;
  readonly description?: string;
  /** Default false. */
  readonly blocking?: boolean;
  /** Default `error`. */
  readonly severity?: Severity;
}

/** A table while it is being checked. Its rows have the alias `checked`. */
export interface CheckedTable {
  readonly target: CheckTarget;
  readonly context: CheckContext;
  /** As people name it. */
  readonly title: string;
  /** `"vault"."product__v" as checked` */
  readonly from: string;
  /** The condition of rows that are looked at. */
  readonly inWindow: string;
  /** `checked."id"` */
  readonly column: (name: string) => string;
  readonly ask: (question: string, sql: string) => Promise<readonly (readonly (string | null)[])[]>;
}

/** A check that asks one table; `kind` and `columns` are what its name is made of. */
export function tableCheck<Settings>(
  { kind, columns }: { readonly kind: string; readonly columns: readonly string[] },
  options: TableCheckOptions<Settings>,
  run: (table: CheckedTable) => Promise<CheckResult>,
): AssetCheck {
  const { on, name = usualName(kind, columns), description, blocking = false, severity = 'error' } = options;
  return {
    name,
    blocking,
    severity,
    connections: [on],
    ...(description === undefined ? {} : { description }),
    run: async (context) => {
      const { checks } = await context.connections.get(on);
      return run(checkedTable(options, checks, context));
    },
  };
}

function checkedTable<Settings>(
  { table, windowColumn }: TableCheckOptions<Settings>,
  target: CheckTarget,
  context: CheckContext,
): CheckedTable {
  const column = (name: string): string => `checked.${target.column(name)}`;
  return {
    target,
    context,
    title: table,
    from: `${target.table(table)} as checked`,
    inWindow:
      windowColumn === undefined || context.window === undefined
        ? 'true'
        : condition(target, { name: windowColumn, sql: column(windowColumn) }, context.window),
    column,
    ask: (question, sql) => target.rows({ name: `${question} of ${table}`, sql }, context.signal),
  };
}

/** A row that a window brought carries the end of that window; a moment of the source lies before the end. */
function condition(
  { moment }: CheckTarget,
  column: { readonly name: string; readonly sql: string },
  { start, end }: Window,
): string {
  return column.name === WINDOW_END
    ? `${column.sql} > ${moment(start)} and ${column.sql} <= ${moment(end)}`
    : `${column.sql} >= ${moment(start)} and ${column.sql} < ${moment(end)}`;
}

function usualName(kind: string, columns: readonly string[]): string {
  const words = [kind, ...columns]
    .join('_')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '_');
  return words.replace(/_+$/, '').slice(0, 63);
}
