import {
  type AppliedTable,
  type LoadTable,
  type Reconciliation,
  type ReportQuestion,
  type SchemaPlan,
  type TableFinding,
  type TransferContext,
  absentTables,
  isReconciled,
  reconciliationOf,
  tableComparison,
} from '#framework';

import type { DatabaseFile, Run } from '../database-file.ts';
import { ensureSchema } from '../load/target-state.ts';
import { CREATE_COMPARISON, compareTable, knownTables, readReport, writeReport } from '../sql/audit/reconcile.ts';

/** The comparison of a Full with the tables that it is about to replace. */
export interface Comparison {
  /** Between staging and applying a table of so many rows. */
  readonly compare: (applied: AppliedTable, rows: number) => Promise<void>;
  /** Before the load log is written. */
  readonly report: () => Promise<void>;
}

export interface ComparedLoad {
  readonly tables: readonly LoadTable[];
  readonly plan: SchemaPlan;
  readonly context: TransferContext;
}

/** Begins in the load's transaction; of a window that is no Full nothing is asked. */
export async function beginComparison(
  tools: { readonly run: Run; readonly schema: string; readonly reconciles: boolean },
  { tables, plan, context }: ComparedLoad,
): Promise<Comparison | undefined> {
  if (!isReconciled(tools, context)) return undefined;
  const { run, schema } = tools;
  const known = (await run(knownTables(context.pipelineId, schema))).flatMap(([table]) => table ?? []);
  const findings: TableFinding[] = [
    ...absentTables(
      known,
      tables.map(({ table }) => table),
    ),
  ];
  const made = madeBy(plan);
  for (const statement of CREATE_COMPARISON) await run(statement);
  return {
    compare: async (applied, rows) => {
      const { findings: found, columns } = tableComparison(applied, { rows, made });
      findings.push(...found);
      if (columns === undefined) return;
      for (const statement of compareTable(applied, columns, context)) await run(statement);
    },
    report: async () => {
      for (const statement of writeReport(findings, context)) await run(statement);
    },
  };
}

/** The report of a pipeline's newest Full, or of one of them. */
export function findReconciliation(
  { database, schema }: { readonly database: DatabaseFile; readonly schema: string },
  { pipelineId, fullEnd }: ReportQuestion,
  signal: AbortSignal,
): Promise<Reconciliation | undefined> {
  return database.transaction(async (run) => {
    await ensureSchema(run, schema);
    return reconciliationOf(await run(readReport(pipelineId, fullEnd?.toString())));
  }, signal);
}

function madeBy({ changes }: SchemaPlan): ReadonlySet<string> {
  return new Set(
    changes.flatMap((change) => {
      if (change.kind === 'add_column') return [`${change.table}.${change.column}`];
      return change.kind === 'create_table' || change.kind === 'adopt_table' ? [change.table] : [];
    }),
  );
}
