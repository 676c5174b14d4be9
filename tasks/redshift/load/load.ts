import { createHash } from 'node:crypto';

import {
  type DeletePolicies,
  type HeldLoad,
  type LoadReceipt,
  type LoadTable,
  type LoggedLoad,
  type PinnedColumns,
  type PlannedTable,
  type RemovalPolicy,
  type SchemaContracts,
  type SchemaDrift,
  type StageManifest,
  type StagedPart,
  type TransferContext,
  answerOf,
  isReconciled,
  appliedTable,
  exactnessDetails,
  loadRemovals,
  loadTables,
  manifestToJson,
  namesOf,
  loadedRows,
  presentTables,
  quarantinePart,
  receiptText,
  retypeChecks,
  scaleChecks,
  stagedChecks,
  stagedParts,
  withReconciliation,
} from '#framework';

import { type ReconcileTools, findReconciliation, planComparison } from '../audit/reconcile.ts';
import { isConflict, isDataFailure, isSchemaRace } from '../errors.ts';
import { forgetQuarantined, insertQuarantined } from '../sql/audit/quarantine.ts';
import { applyStatements } from '../sql/load/apply.ts';
import { guardLoad, insertLoadLog, lockLoadLog } from '../sql/load/load-log.ts';
import { KEY_REMOVED, applyProcedure, loadNames, stagingPrefix } from '../sql/names.ts';
import type { Statement } from '../sql/text.ts';
import { TRANSACTION_PATHS, type TransactionPath, type TransactionWork, runTransaction } from '../transaction.ts';
import { analyzeLarge } from './analyze.ts';
import { refuseTooManyColumns } from './column-limit.ts';
import { writeComments } from './comments.ts';
import { heldChangesOf } from './contract.ts';
import { evolve, planEvolution } from './evolve.ts';
import { refuseMisfits, refuseStagedMisfits } from './fit.ts';
import { type TableLayouts, refuseUnknownKeys } from './layout.ts';
import { refuseLongStatements } from './statement-limit.ts';
import { type StageCopyTools, copyIntoStaging, dropStaging } from './stage-copy.ts';
import { findLoggedLoad, readTargetState } from './target-state.ts';

export interface LoadTools extends StageCopyTools, ReconcileTools {
  readonly policy: RemovalPolicy;
  readonly deletes: DeletePolicies;
  readonly analyzeRows: number | undefined;
  readonly layouts: TableLayouts;
  readonly contracts: SchemaContracts;
  readonly pins: PinnedColumns;
}

/** Schema first, then every file into staging, then one transaction that applies the window and writes the load log. */
export async function load(
  tools: LoadTools,
  manifest: StageManifest,
  context: TransferContext,
): Promise<LoadReceipt | HeldLoad> {
  const tables = loadTables(manifest, loadNames(context));
  const ready = await readyTarget(tools, { manifest, tables, context });
  if (ready.kind === 'logged') return reported(tools, answerOf(ready.logged, context), context);
  if (ready.kind === 'held') return ready.held;
  const { planned, schemaChanges } = ready;
  const present = presentTables(tables, planned);
  const leftOut = quarantinePart(manifest, loadNames(context));
  const parts = [...stagedParts(present.map(({ table }) => table)), ...(leftOut === undefined ? [] : [leftOut])];
  await copyIntoStaging(tools, manifest, { parts, context });
  await refuseStagedMisfits(tools, stagedChecks(tables, planned, tools.pins), context);
  const staged = present.map((one) => ({
    applied: appliedTable(one, KEY_REMOVED),
    rows: one.table.updates?.rows ?? 0,
  }));
  const applied = [
    ...applyStatements(
      staged.map((table) => table.applied),
      { schema: tools.schema, windowEnd: context.window.end, recordId: context.recordId },
    ),
    ...quarantineStatements(tools.schema, leftOut, context),
  ];
  const comparison = await planComparison(tools, staged, context);
  const receiptBy = (path: TransactionPath): LoadReceipt => ({
    outcome: 'loaded',
    rows: manifest.rows,
    tables: present.length,
    schemaChanges,
    details: {
      statements: comparison.length + applied.length + 3,
      path,
      loaded: loadedRows(present),
      removedLater: planned.filter((table) => table.state === 'gone').map((table) => table.table),
      ...exactnessDetails(manifest),
    },
  });
  const work: TransactionWork = {
    first: [lockLoadLog(tools.schema), guardLoad(tools.schema, context)],
    middle: [...comparison, ...applied],
    last: (path) => [logRow(tools, { manifest, receipt: receiptBy(path), context })],
    procedure: { schema: tools.schema, name: applyProcedure(context) },
  };
  const committed = await commit(tools, work, { receiptBy, context }).catch(async (error: unknown) => {
    if (isDataFailure(error)) await refuseStagedMisfits(tools, scaleChecks(tables, planned), context);
    throw error;
  });
  await analyzeLarge(tools, present, context);
  return reported(tools, committed, context);
}

async function reported(tools: LoadTools, receipt: LoadReceipt, context: TransferContext): Promise<LoadReceipt> {
  if (!isReconciled(tools, context)) return receipt;
  const question = { pipelineId: context.pipelineId, fullEnd: context.window.end };
  return withReconciliation(receipt, await findReconciliation(tools, question, context.signal), context);
}

function quarantineStatements(
  schema: string,
  leftOut: StagedPart | undefined,
  context: TransferContext,
): readonly Statement[] {
  const forget = forgetQuarantined(schema, context);
  if (leftOut === undefined) return [forget];
  const quarantinedAt = context.clock.now();
  return [forget, insertQuarantined({ schema, staging: leftOut.staging, quarantinedAt }, context)];
}

type Ready =
  | { readonly kind: 'logged'; readonly logged: LoggedLoad }
  | { readonly kind: 'held'; readonly held: HeldLoad }
  | {
      readonly kind: 'ready';
      readonly planned: readonly PlannedTable[];
      readonly schemaChanges: readonly SchemaDrift[];
    };

interface Wanted {
  readonly manifest: StageManifest;
  readonly tables: readonly LoadTable[];
  readonly context: TransferContext;
}

const MOST_LOOKS = 3;

/** Brings the target's schema up to the window. Another worker may do the same at the same time, so a clash looks again. */
async function readyTarget(tools: LoadTools, { manifest, tables, context }: Wanted): Promise<Ready> {
  for (let look = 1; ; look += 1) {
    try {
      const state = await readTargetState(tools, namesOf(tables, loadRemovals(manifest)), context);
      if (state.logged !== undefined) return { kind: 'logged', logged: state.logged };
      await dropStaging(tools, olderStaging(state.staging, context), context.signal);
      const { policy, deletes, pins } = tools;
      const plan = planEvolution({ manifest, tables, state, policy, deletes, pins });
      refuseTooManyColumns({ tables, plan, existing: state.tables });
      refuseLongStatements({ schema: tools.schema, tables, plan }, context);
      refuseUnknownKeys(plan.changes, tools.layouts);
      const held = await heldChangesOf(plan.changes, tools, context);
      if (held !== undefined) return { kind: 'held', held };
      await refuseMisfits(tools, retypeChecks(plan.changes, tables, state.tables), context);
      const schemaChanges = await evolve(tools, plan.changes, context);
      await writeComments(tools, { manifest, planned: plan.tables, state }, context);
      return { kind: 'ready', planned: plan.tables, schemaChanges };
    } catch (error) {
      if (look === MOST_LOOKS || !isSchemaRace(error)) throw error;
      context.log.warn('Another worker changed the schema at the same time; looking again.', { look });
    }
  }
}

/** Staging tables of this and earlier tries. Those of a later try belong to the worker that has taken over. */
export function olderStaging(staging: Iterable<string>, context: TransferContext): readonly string[] {
  const prefix = stagingPrefix(context.recordId);
  return [...staging].filter((name) => Number.parseInt(name.slice(prefix.length), 10) <= context.fence);
}

const MOST_CONFLICTS = 3;

interface Answering {
  readonly receiptBy: (path: TransactionPath) => LoadReceipt;
  readonly context: TransferContext;
}

/**
 * Commits, or finds out what happened instead. Whatever error comes back, the load log knows: a lost answer to a commit
 * that happened is a success, and because the guard refuses a second one, a whole transaction may safely be repeated.
 */
async function commit(
  tools: LoadTools,
  work: TransactionWork,
  { receiptBy, context }: Answering,
): Promise<LoadReceipt> {
  for (let tried = 1; ; tried += 1) {
    try {
      return receiptBy(await runTransaction(tools.warehouse, work, { signal: context.signal }));
    } catch (error) {
      context.signal.throwIfAborted();
      const logged = await findLoggedLoad(tools, context);
      if (logged !== undefined) return receiptOf(logged, { receiptBy, context });
      if (tried === MOST_CONFLICTS || !isConflict(error)) throw error;
      context.log.warn('Another transaction was in the way; trying the whole transaction again.', { tried });
    }
  }
}

/** This very try's own load has its whole receipt at hand; the log may hold a shortened one, but knows how it ran. */
function receiptOf(logged: LoggedLoad, { receiptBy, context }: Answering): LoadReceipt {
  const answer = answerOf(logged, context);
  if (logged.fence !== context.fence) return answer;
  return receiptBy(TRANSACTION_PATHS.find((path) => path === answer.details['path']) ?? 'batch');
}

function logRow(
  tools: LoadTools,
  {
    manifest,
    receipt,
    context,
  }: { readonly manifest: StageManifest; readonly receipt: LoadReceipt; readonly context: TransferContext },
): Statement {
  return insertLoadLog(tools.schema, {
    pipelineId: context.pipelineId,
    recordId: context.recordId,
    loadId: context.loadId,
    window: context.window,
    fence: context.fence,
    rows: receipt.rows,
    tables: receipt.tables,
    manifestSha256: createHash('sha256').update(manifestToJson(manifest)).digest('hex'),
    loadedAt: context.clock.now(),
    receipt: receiptText(receipt, manifest.sources),
  });
}
