import {
  DataFailure,
  type DeletePolicies,
  type LoadTable,
  type PinnedColumns,
  type RemovalPolicy,
  type SchemaChange,
  type SchemaDrift,
  type SchemaPlan,
  type StageManifest,
  type TransferContext,
  describeChanges,
  loadRemovals,
  planSchema,
  requirePinned,
} from '#framework';

import { type DriftOrigin, changeStatements, insertDrift } from '../sql/load/evolve.ts';
import { type Statement, typeText } from '../sql/text.ts';
import { MOST_STATEMENTS } from '../warehouse.ts';
import type { TableLayouts } from './layout.ts';
import type { TargetPlace, TargetState } from './target-state.ts';
import { targetType } from './target-type.ts';

export interface EvolveQuestion {
  readonly manifest: StageManifest;
  readonly tables: readonly LoadTable[];
  readonly state: TargetState;
  readonly policy: RemovalPolicy;
  readonly deletes: DeletePolicies;
  readonly pins: PinnedColumns;
}

/** @throws DataFailure `E_SCHEMA_PINNED`, `E_REDSHIFT_TEXT_SPLIT` */
export function planEvolution({ manifest, tables, state, policy, deletes, pins }: EvolveQuestion): SchemaPlan {
  const removals = loadRemovals(manifest);
  const { tables: existing, later } = state;
  requirePinned({ tables, removals, existing, later, pins, typeText });
  refuseSplitBefore(tables, existing);
  return planSchema({
    wanted: tables,
    removals,
    existing,
    later,
    policy,
    deletes,
    targetType,
    pins,
    windowEnd: manifest.window.end,
  });
}

/** A text that goes on in further columns of its row would lose its end where only the first became SUPER. */
function refuseSplitBefore(tables: readonly LoadTable[], existing: TargetState['tables']): void {
  const problems = tables.flatMap(({ table, columns }) =>
    columns.flatMap(({ name, parts = [] }) =>
      parts.filter((part) => existing.get(table)?.has(part)).map((part) => `${table}.${name} goes on in ${part}`),
    ),
  );
  if (problems.length === 0) return;
  throw new DataFailure(
    'E_REDSHIFT_TEXT_SPLIT',
    `${problems.join('; ')}, as ON_LONG_TEXT=split left it, and can become no SUPER. Nothing was changed. ` +
      'Set ON_LONG_TEXT=split again and re-run from SOURCE_TO_STAGE, or drop those further columns, re-run, and load a Full.',
    { details: { problems } },
  );
}

/**
 * Changes the target before the load. Each change is safe to meet again after a crash: what was done is seen in the
 * schema. Returns the rows of the drift log.
 */
export async function evolve(
  place: TargetPlace & { readonly layouts: TableLayouts },
  changes: readonly SchemaChange[],
  context: TransferContext,
): Promise<readonly SchemaDrift[]> {
  const described = describeChanges(changes, typeText);
  const origin = driftOrigin(context);
  const planned = batches(place, described);
  for (const batch of planned) {
    const drift = insertDrift(place.schema, batch.rows, origin);
    // Redshift widens no column inside a transaction, so those statements go first and one by one.
    for (const statement of batch.alone) await place.warehouse.run([statement], { signal: context.signal });
    await place.warehouse.run([...batch.together, ...drift], { signal: context.signal });
  }
  for (const { drift } of described) context.log.info(drift.sentence);
  return planned.flatMap(({ rows }) => rows);
}

/** What the drift log says of the window that changes something, or asks for it. */
export function driftOrigin(context: TransferContext): DriftOrigin {
  return {
    pipelineId: context.pipelineId,
    recordId: context.recordId,
    windowEnd: context.window.end,
    changedAt: context.clock.now(),
  };
}

interface ChangeBatch {
  readonly alone: Statement[];
  readonly together: Statement[];
  readonly rows: SchemaDrift[];
}

/** Room for the statements that write the drift log. */
const MOST_TOGETHER = MOST_STATEMENTS - 2;
const MOST_CHANGES = 100;

interface ChangePlace {
  readonly schema: string;
  readonly layouts: TableLayouts;
}

function batches(place: ChangePlace, described: ReturnType<typeof describeChanges>): readonly ChangeBatch[] {
  const found: ChangeBatch[] = [];
  for (const { change, drift } of described) {
    const { alone, statements } = changeStatements(place.schema, change, place.layouts.get(change.table));
    let batch = found.at(-1);
    if (
      batch === undefined ||
      batch.rows.length === MOST_CHANGES ||
      batch.together.length + statements.length > MOST_TOGETHER
    ) {
      batch = { alone: [], together: [], rows: [] };
      found.push(batch);
    }
    batch[alone ? 'alone' : 'together'].push(...statements);
    batch.rows.push(drift);
  }
  return found;
}
