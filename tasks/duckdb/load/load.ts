import { createHash } from 'node:crypto';

import {
  type DeletePolicies,
  type FitCheck,
  type HeldLoad,
  type LoadNames,
  type LoadReceipt,
  type LoadTable,
  type ObjectStore,
  type PinnedColumns,
  type RemovalPolicy,
  type SchemaContracts,
  type SchemaDrift,
  type SchemaPlan,
  type StageManifest,
  type TransferContext,
  answerOf,
  isReconciled,
  describeChanges,
  exactnessDetails,
  loadRemovals,
  loadTables,
  manifestToJson,
  planSchema,
  loadedRows,
  presentTables,
  quarantinePart,
  receiptText,
  requirePinned,
  retypeChecks,
  stagedChecks,
  withReconciliation,
} from '#framework';

import { beginComparison, findReconciliation } from '../audit/reconcile.ts';
import type { DatabaseFile, Run } from '../database-file.ts';
import { forgetQuarantined, insertQuarantined } from '../sql/audit/quarantine.ts';
import { applyStatements } from '../sql/load/apply.ts';
import { changeStatements, fillStanding, insertDrift } from '../sql/load/evolve.ts';
import { claimLoadLog, insertLoadLog } from '../sql/load/load-log.ts';
import { typeText } from '../sql/text.ts';
import { heldChangesOf } from './contract.ts';
import { refuseMisfits } from './fit.ts';
import { stagePresent, stageQuarantine } from './stage-tables.ts';
import { type LocalFiles, withStagedFiles } from './staged-files.ts';
import { type TargetState, ensureSchema, findLoggedLoad, readTargetState } from './target-state.ts';
import { pinText, pinnedTypes, targetType } from './target-type.ts';

export interface LoadTools {
  readonly database: DatabaseFile;
  readonly file: string;
  readonly schema: string;
  readonly stage: ObjectStore;
  readonly policy: RemovalPolicy;
  readonly contracts: SchemaContracts;
  /** Whether a Full reports what differs from the tables that it replaces. */
  readonly reconciles: boolean;
  readonly deletes: DeletePolicies;
  readonly pins: PinnedColumns;
}

/** A window with its tables as a load uses them. */
export interface LoadedWindow {
  readonly manifest: StageManifest;
  readonly tables: readonly LoadTable[];
  readonly context: TransferContext;
}

/** Schema, rows and load log in one transaction: DuckDB changes tables in a transaction too. */
export async function load(
  tools: LoadTools,
  manifest: StageManifest,
  context: TransferContext,
): Promise<LoadReceipt | HeldLoad> {
  const loaded = { manifest, tables: tablesOf(manifest), context };
  // Looked up before the files are fetched, and once more in the transaction that counts.
  const ready = await inFile(tools, context, (run) => readyFile({ ...tools, run }, loaded));
  const outcome =
    ready.kind === 'answered'
      ? ready.answer
      : await withStagedFiles(tools, loaded, (files) =>
          inFile(tools, context, (run) => loadOnce({ ...tools, run, files }, loaded)),
        );
  return reported(tools, outcome, context);
}

async function reported(
  tools: LoadTools,
  outcome: LoadReceipt | HeldLoad,
  context: TransferContext,
): Promise<LoadReceipt | HeldLoad> {
  if (outcome.outcome === 'held' || !isReconciled(tools, context)) return outcome;
  const question = { pipelineId: context.pipelineId, fullEnd: context.window.end };
  return withReconciliation(outcome, await findReconciliation(tools, question, context.signal), context);
}

export function tablesOf(manifest: StageManifest): readonly LoadTable[] {
  return loadTables(manifest, NAMES);
}

const NAMES: LoadNames = {
  product: 'DuckDB',
  code: 'E_DUCKDB_TABLES',
  staging: (index, side) => `windrow_stage_${index}_${side}`,
};

/** A transaction on a file that has Windrow's own tables. */
export function inFile<T>(
  { database, schema }: LoadTools,
  { signal }: TransferContext,
  work: (run: Run) => Promise<T>,
): Promise<T> {
  return database.transaction(async (run) => {
    await ensureSchema(run, schema);
    return work(run);
  }, signal);
}

export function planOf(tools: LoadTools, { manifest, tables }: LoadedWindow, state: TargetState): SchemaPlan {
  const removals = loadRemovals(manifest);
  const { tables: existing, later } = state;
  requirePinned({ tables, removals, existing, later, pins: tools.pins, typeText: pinText });
  return planSchema({
    wanted: tables,
    removals,
    existing,
    later,
    policy: tools.policy,
    deletes: tools.deletes,
    targetType,
    pins: pinnedTypes(tools.pins),
    windowEnd: manifest.window.end,
  });
}

interface OpenFile extends LoadTools {
  readonly run: Run;
}

interface OpenTools extends OpenFile {
  readonly files: LocalFiles;
}

/** What is known without the staged files. */
type ReadyFile =
  | { readonly kind: 'answered'; readonly answer: LoadReceipt | HeldLoad }
  | { readonly kind: 'ready'; readonly plan: SchemaPlan; readonly retypes: readonly FitCheck[] };

async function readyFile(tools: OpenFile, loaded: LoadedWindow): Promise<ReadyFile> {
  const { run, schema } = tools;
  const { context } = loaded;
  const logged = await findLoggedLoad(run, context);
  if (logged !== undefined) return { kind: 'answered', answer: answerOf(logged, context) };
  const { tables, later } = await readTargetState(run, schema, context);
  const plan = planOf(tools, loaded, { tables, later });
  const held = await heldChangesOf(plan.changes, tools, context);
  if (held !== undefined) return { kind: 'answered', answer: held };
  return { kind: 'ready', plan, retypes: retypeChecks(plan.changes, loaded.tables, tables) };
}

async function loadOnce(tools: OpenTools, loaded: LoadedWindow): Promise<LoadReceipt | HeldLoad> {
  const { run } = tools;
  const { manifest, tables, context } = loaded;
  await run(claimLoadLog());
  const ready = await readyFile(tools, loaded);
  if (ready.kind === 'answered') return ready.answer;
  const { plan, retypes } = ready;
  await refuseMisfits(run, retypes);
  const schemaChanges = await evolve(tools, plan, context);
  const present = presentTables(tables, plan.tables);
  const window = { end: context.window.end.toString(), recordId: context.recordId };
  const staged = stagedChecks(tables, plan.tables, tools.pins);
  const leftOut = await stageLeftOut(tools, manifest);
  const comparison = await beginComparison(tools, { tables, plan, context });
  for (const table of present) {
    const checks = staged.filter((check) => check.table === table.table.table);
    const applied = await stagePresent({ ...tools, checks }, manifest.format, table);
    await comparison?.compare(applied, table.table.updates?.rows ?? 0);
    for (const statement of applyStatements(applied, window)) await run(statement);
  }
  await run(forgetQuarantined(context));
  if (leftOut !== undefined) await run(insertQuarantined(leftOut, context));
  const receipt: LoadReceipt = {
    outcome: 'loaded',
    rows: manifest.rows,
    tables: present.length,
    schemaChanges,
    details: {
      loaded: loadedRows(present),
      removedLater: plan.tables.filter(({ state }) => state === 'gone').map(({ table }) => table),
      ...exactnessDetails(manifest),
    },
  };
  const manifestSha256 = createHash('sha256').update(manifestToJson(manifest)).digest('hex');
  const row = {
    rows: receipt.rows,
    tables: receipt.tables,
    manifestSha256,
    receipt: receiptText(receipt, manifest.sources),
  };
  await comparison?.report();
  await run(insertLoadLog(row, context));
  return receipt;
}

/** The table that the rows which the window leaves out were read into; undefined where it brings all. */
export async function stageLeftOut(
  tools: Pick<OpenTools, 'run' | 'files'>,
  manifest: StageManifest,
): Promise<string | undefined> {
  const leftOut = quarantinePart(manifest, NAMES);
  if (leftOut !== undefined) await stageQuarantine(tools, manifest.format, leftOut);
  return leftOut?.staging;
}

async function evolve({ run }: OpenTools, plan: SchemaPlan, context: TransferContext): Promise<readonly SchemaDrift[]> {
  const rows: SchemaDrift[] = [];
  for (const { change, drift } of describeChanges(plan.changes, typeText)) {
    for (const statement of changeStatements(change)) await run(statement);
    await run(insertDrift(drift, context));
    context.log.info(drift.sentence);
    rows.push(drift);
  }
  for (const statement of plan.changes.flatMap(fillStanding)) await run(statement);
  return rows;
}
