import {
  DataFailure,
  type DeletePolicy,
  type ExistingTable,
  POLICY_COLUMNS,
  type LoadTable,
  type SchemaChange,
  type SchemaPlan,
} from '#framework';

import { MOST_COLUMNS } from '../sql/names.ts';

export interface PlannedColumns {
  readonly tables: readonly LoadTable[];
  readonly plan: SchemaPlan;
  readonly existing: ReadonlyMap<string, ExistingTable>;
}

/**
 * Redshift would find out half-way through the changes.
 * @throws DataFailure `E_REDSHIFT_COLUMNS` with every table that would hold too many columns at any moment
 */
export function refuseTooManyColumns({ tables, plan, existing }: PlannedColumns): void {
  const problems = tables.flatMap(({ extract, table, columns, updates }) => {
    const changes = plan.changes.filter((change) => change.table === table);
    const most = Math.max(
      updates?.columns.length ?? columns.length,
      mostColumns(existing.get(table)?.size ?? 0, changes),
    );
    return most <= MOST_COLUMNS ? [] : [`${extract}: the table ${table} needs ${most} columns`];
  });
  if (problems.length === 0) return;
  throw new DataFailure(
    'E_REDSHIFT_COLUMNS',
    `${problems.join('; ')}. Redshift holds at most ${MOST_COLUMNS} in a table, two to four of them Windrow's own. Nothing was changed. ` +
      'Leave fields of the object out of Direct Data, or drop columns of the table that nobody needs.',
    { details: { problems } },
  );
}

/** The most columns that the table has at any moment while the changes are made one after the other. */
function mostColumns(before: number, changes: readonly SchemaChange[]): number {
  let [columns, most] = [before, before];
  for (const change of changes) {
    most = Math.max(most, columns + room(change));
    columns += lasting(change);
  }
  return most;
}

const OWN_COLUMNS = 2;

/** Columns that stay. */
function lasting(change: SchemaChange): number {
  if (change.kind === 'create_table') return change.columns.length + OWN_COLUMNS + kept(change);
  if (change.kind === 'adopt_table') return OWN_COLUMNS + kept(change);
  if (change.kind === 'keep_deletes') return kept(change);
  if (change.kind === 'add_column') return 1;
  return change.kind === 'drop_column' ? -1 : 0;
}

function kept({ deletePolicy }: { readonly deletePolicy: DeletePolicy }): number {
  return POLICY_COLUMNS[deletePolicy].length;
}

/** Columns that are needed meanwhile: a new type is a new column that takes the old one's place. */
function room(change: SchemaChange): number {
  return change.kind === 'change_type' ? 1 : Math.max(0, lasting(change));
}
