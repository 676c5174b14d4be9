import {
  DataFailure,
  type LoadTable,
  type PresentTable,
  type SchemaPlan,
  type TransferContext,
  appliedTable,
  presentTables,
} from '#framework';

import { applyStatements } from '../sql/load/apply.ts';
import { createStaging } from '../sql/load/copy.ts';
import { changeStatements } from '../sql/load/evolve.ts';
import { KEY_REMOVED } from '../sql/names.ts';
import type { Statement } from '../sql/text.ts';

/** The Data API takes 100 KB as one statement (https://docs.aws.amazon.com/redshift/latest/mgmt/data-api.html). */
const MOST_BYTES = 100_000;

export interface PlannedLoad {
  readonly schema: string;
  readonly tables: readonly LoadTable[];
  readonly plan: SchemaPlan;
}

/**
 * A table of many columns with long names needs longer statements than the Data API takes, and it would say so half-way.
 * @throws DataFailure `E_REDSHIFT_STATEMENT_BYTES` with every such table, before anything is changed
 */
export function refuseLongStatements({ schema, tables, plan }: PlannedLoad, context: TransferContext): void {
  const problems = presentTables(tables, plan.tables).flatMap((present) => {
    const { extract, table, columns } = present.table;
    const changes = plan.changes.filter((change) => change.table === table);
    const statements = [
      ...changes.flatMap((change) => changeStatements(schema, change).statements),
      ...loadStatements(schema, present, context),
    ];
    const bytes = Math.max(...statements.map(({ sql }) => Buffer.byteLength(sql)));
    if (bytes <= MOST_BYTES) return [];
    return [
      `${extract}: the names of the ${columns.length} columns of ${table} make a statement of ${bytes} bytes under deletes "${present.deletePolicy}"`,
    ];
  });
  if (problems.length === 0) return;
  throw new DataFailure(
    'E_REDSHIFT_STATEMENT_BYTES',
    `${problems.join('; ')}. The Data API of Redshift takes at most ${MOST_BYTES}. Nothing was changed. ` +
      'Leave fields of the object out of Direct Data.',
    { details: { problems } },
  );
}

function loadStatements(
  schema: string,
  present: PresentTable,
  { window, recordId }: TransferContext,
): readonly Statement[] {
  const parts = [present.table.updates, present.table.deletes].filter((part) => part !== undefined);
  return [
    ...parts.map((part) => createStaging({ schema, ...part })),
    ...applyStatements([appliedTable(present, KEY_REMOVED)], { schema, windowEnd: window.end, recordId }),
  ];
}
