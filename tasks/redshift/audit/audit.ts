import {
  type Audit,
  type LoadNames,
  type LoadTable,
  type PlannedTable,
  type PresentTable,
  type StageManifest,
  type StagedPart,
  type TableTally,
  type TransferContext,
  appliedTable,
  auditVerdict,
  bounded,
  loadRemovals,
  loadTables,
  namesOf,
  presentTables,
  quarantinePart,
  stagedParts,
} from '#framework';

import { planEvolution } from '../load/evolve.ts';
import { type LoadTools, olderStaging } from '../load/load.ts';
import { copyIntoStaging, dropStaging } from '../load/stage-copy.ts';
import { type TargetState, readTargetState } from '../load/target-state.ts';
import { auditSelects } from '../sql/audit/audit.ts';
import { countQuarantined } from '../sql/audit/quarantine.ts';
import { KEY_REMOVED, loadNames } from '../sql/names.ts';
import { inPieces } from '../sql/pieces.ts';

/**
 * Compares every key of the window with the target: updates must stand there once, at least as late as the window says,
 * deleted keys must be absent, and a replaced table must hold nothing else. The staging tables of the load serve once more; where
 * they are gone the stage is copied again.
 */
export async function audit(tools: LoadTools, manifest: StageManifest, context: TransferContext): Promise<Audit> {
  const tables = loadTables(manifest, loadNames(context));
  const state = await readTargetState(tools, namesOf(tables, loadRemovals(manifest)), context);
  const { policy, deletes, pins } = tools;
  const planned = planEvolution({ manifest, tables, state, policy, deletes, pins }).tables;
  const { present, copied } = await findStaging(tools, { manifest, state, tables, planned, context });
  const standing = present.filter(({ table }) => state.tables.has(table.table));
  const tallies = await tallyTables(tools, standing, context);
  await dropStaging(tools, olderStaging([...state.staging, ...copied], context), context.signal);
  const quarantined = await rowsLeftOut(tools, manifest, context);
  return auditVerdict(manifest, { tables, planned, tallies, quarantined });
}

/** Not asked where the window left nothing out: its load removed whatever an earlier one had there. */
async function rowsLeftOut(tools: LoadTools, { quarantine }: StageManifest, context: TransferContext): Promise<number> {
  if (quarantine === undefined) return 0;
  const [row] = await tools.warehouse.rows(countQuarantined(tools.schema, context), { signal: context.signal });
  return Number(row?.[0] ?? 0);
}

interface AuditedLoad {
  readonly manifest: StageManifest;
  readonly state: TargetState;
  readonly tables: readonly LoadTable[];
  readonly planned: readonly PlannedTable[];
  readonly context: TransferContext;
}

/** The load's own staging tables if all still stand, otherwise new ones. */
async function findStaging(
  tools: LoadTools,
  { manifest, state, tables, planned, context }: AuditedLoad,
): Promise<{ readonly present: readonly PresentTable[]; readonly copied: readonly string[] }> {
  const fence = state.logged?.loadId === context.loadId ? state.logged.fence : context.fence;
  const own = loadNames({ recordId: context.recordId, fence });
  const loaded = presentTables(loadTables(manifest, own), planned);
  const names = partsOf(loaded, manifest, own).map((part) => part.staging);
  if (names.every((name) => state.staging.has(name))) return { present: loaded, copied: [] };
  const present = presentTables(tables, planned);
  const parts = partsOf(present, manifest, loadNames(context));
  const copied = parts.map((part) => part.staging);
  await dropStaging(
    tools,
    copied.filter((name) => state.staging.has(name)),
    context.signal,
  );
  await copyIntoStaging(tools, manifest, { parts, context });
  return { present, copied };
}

function partsOf(present: readonly PresentTable[], manifest: StageManifest, names: LoadNames): readonly StagedPart[] {
  const parts = stagedParts(present.map(({ table }) => table));
  const isSparing = present.some(({ table }) => table.spared !== undefined);
  const leftOut = isSparing ? quarantinePart(manifest, names) : undefined;
  return leftOut === undefined ? parts : [...parts, leftOut];
}

/** About a dozen tables: the stand-in took half as long for three such statements as for one of 37, and they run at the same time. */
const PIECE_BYTES = 30_000;
const AT_ONCE = 4;

/** The tally of each table, by its name. */
async function tallyTables(
  tools: LoadTools,
  present: readonly PresentTable[],
  context: TransferContext,
): Promise<ReadonlyMap<string, TableTally>> {
  const { signal } = context;
  const question = { schema: tools.schema, windowEnd: context.window.end, recordId: context.recordId };
  const selects = present.flatMap((table, place) => auditSelects(appliedTable(table, KEY_REMOVED), place, question));
  const rows = await bounded(inPieces(selects, PIECE_BYTES), { atMost: AT_ONCE, signal }, (piece, own) =>
    tools.warehouse.rows({ name: 'audit by key', sql: piece.join('\nunion all\n') }, own),
  );
  const tallies = new Map<string, TableTally>();
  for (const [place, satisfied, surplus] of rows.flat()) {
    const table = present[Number(place)]?.table.table ?? '';
    const before = tallies.get(table) ?? NOTHING;
    tallies.set(table, {
      satisfied: before.satisfied + Number(satisfied),
      surplus: before.surplus + Number(surplus),
    });
  }
  return tallies;
}

const NOTHING: TableTally = { satisfied: 0, surplus: 0 };
