import {
  type AppliedTable,
  type Reconciliation,
  type ReportQuestion,
  type TransferContext,
  absentTables,
  isReconciled,
  reconciliationOf,
  tableComparison,
} from '#framework';

import { emptyWhereMissing } from '../errors.ts';
import type { TargetPlace } from '../load/target-state.ts';
import { knownTables, readMade, readReport, reconcileStatements } from '../sql/audit/reconcile.ts';
import { listTables } from '../sql/catalog.ts';
import { stagingPrefix } from '../sql/names.ts';
import type { Statement } from '../sql/text.ts';

export interface ReconcileTools extends TargetPlace {
  /** Whether a Full reports what differs from the tables that it replaces. */
  readonly reconciles: boolean;
}

/** A table of a Full and the number of rows that the Full has of it. */
export interface FullTable {
  readonly applied: AppliedTable;
  readonly rows: number;
}

/** What compares a Full with the tables that it is about to replace, in the load's own transaction. Of another window nothing is asked. */
export async function planComparison(
  tools: ReconcileTools,
  tables: readonly FullTable[],
  context: TransferContext,
): Promise<readonly Statement[]> {
  if (!isReconciled(tools, context)) return [];
  const { made, known } = await readBefore(tools, context);
  const absent = absentTables(
    known,
    tables.map(({ applied }) => applied.table),
  );
  const comparisons = tables.map(({ applied, rows }) => ({ applied, ...tableComparison(applied, { rows, made }) }));
  return reconcileStatements(
    {
      ...context,
      schema: tools.schema,
      prefix: `${stagingPrefix(context.recordId)}${context.fence}`,
      reportedAt: context.clock.now(),
    },
    comparisons.flatMap(({ applied, columns }) => (columns === undefined ? [] : [{ applied, columns }])),
    [...absent, ...comparisons.flatMap(({ findings }) => findings)],
  );
}

/** The report of a pipeline's newest Full, or of one of them; undefined too where nothing was loaded. */
export async function findReconciliation(
  { warehouse, schema }: TargetPlace,
  { pipelineId, fullEnd }: ReportQuestion,
  signal: AbortSignal,
): Promise<Reconciliation | undefined> {
  const rows = await emptyWhereMissing(warehouse.rows(readReport(schema, pipelineId, fullEnd), { signal }));
  return reconciliationOf(rows);
}

interface Before {
  /** Tables, and columns as `table.column`, that the Full was the first to bring. */
  readonly made: ReadonlySet<string>;
  /** Tables of earlier Fulls that still stand. */
  readonly known: readonly string[];
}

async function readBefore({ warehouse, schema }: TargetPlace, context: TransferContext): Promise<Before> {
  const { signal, pipelineId } = context;
  const read = async (statement: Statement) => warehouse.rows(statement, { signal });
  const made = await read(readMade(schema, context));
  const known = await read(knownTables(schema, pipelineId));
  const standing = new Set((await read(listTables(schema))).map(([table]) => table));
  return {
    made: new Set(made.map(([table, column]) => (column === null ? (table ?? '') : `${table ?? ''}.${column ?? ''}`))),
    known: known.flatMap(([table]) => (table !== null && table !== undefined && standing.has(table) ? [table] : [])),
  };
}
