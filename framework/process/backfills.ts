import type { Json } from '../core/json.ts';
import type { Temporal } from '../core/time.ts';
import type { Dag } from '../dag/dag.ts';
import type { Schedule } from '../dag/schedule.ts';
import {
  type BackfillSelection,
  type PlannedWindow,
  type Stretch,
  expandWindows,
  selectWindows,
} from '../record/backfill-plan.ts';
import { moveBackfills } from '../scheduler/move-backfills.ts';
import { findWindows } from '../store/backfills/find-windows.ts';
import { insertBackfill } from '../store/backfills/insert-backfill.ts';
import { type BackfillView, findBackfill } from '../store/backfills/read-backfills.ts';
import {
  type SwitchedBackfill,
  cancelBackfill,
  pauseBackfill,
  resumeBackfill,
} from '../store/backfills/switch-backfill.ts';
import { activate } from '../queue/activate.ts';
import { type Refused, unusableParams } from './trigger.ts';
import type { Windrow } from './windrow.ts';

export interface BackfillRequest extends Stretch {
  readonly dagId: string;
  /** Default `missing`. */
  readonly only?: BackfillSelection;
  /** Default 4. A strict pipeline runs one window at a time whatever this says. */
  readonly maxActive?: number;
  /** The newest window first. */
  readonly reverse?: boolean;
  readonly params?: Readonly<Record<string, Json>>;
  readonly createdBy?: string;
}

export type BackfillPlan =
  | {
      readonly kind: 'planned';
      readonly from: Temporal.Instant;
      readonly to: Temporal.Instant;
      /** In the order in which they are to run. */
      readonly windows: readonly PlannedWindow[];
    }
  | { readonly kind: 'not_found' }
  | Refused;

export type CreatedBackfill =
  | { readonly kind: 'created'; readonly backfill: BackfillView }
  | Exclude<BackfillPlan, { kind: 'planned' }>;

/**
 * Many windows of one dag run beside its schedule, as people ask for them; `by` says who, for the history. Nothing here throws
 * for an ordinary no.
 */
export interface Backfills {
  /** The windows that `create` would take and what it would do to each. Changes nothing. */
  readonly plan: (request: BackfillRequest) => Promise<BackfillPlan>;
  readonly create: (request: BackfillRequest) => Promise<CreatedBackfill>;
  readonly pause: (id: number, by?: string) => Promise<SwitchedBackfill>;
  /** Goes on with a paused backfill; of an ended one, runs the windows again that failed or were cancelled. */
  readonly resume: (id: number, by?: string) => Promise<SwitchedBackfill>;
  readonly cancel: (id: number, by?: string) => Promise<SwitchedBackfill>;
}

/** Of a program that does not say for whom it asks. */
const UNKNOWN = 'unknown';

export function backfills(windrow: Windrow): Backfills {
  const { database } = windrow.store;
  const moved = async (switched: SwitchedBackfill): Promise<SwitchedBackfill> => {
    if (switched.kind !== 'switched') return switched;
    await move(windrow, switched.backfill.dagId);
    return { kind: 'switched', backfill: (await findBackfill(database, switched.backfill.id)) ?? switched.backfill };
  };
  return {
    plan: (request) => plan(windrow, request),
    create: (request) => create(windrow, request),
    pause: (id, by = UNKNOWN) => pauseBackfill(database, id, by),
    resume: async (id, by = UNKNOWN) => moved(await resumeBackfill(database, id, by)),
    cancel: async (id, by = UNKNOWN) => moved(await cancelBackfill(database, id, by)),
  };
}

async function plan({ dags, store, clock }: Windrow, request: BackfillRequest): Promise<BackfillPlan> {
  const dag = dags.get(request.dagId);
  if (dag === undefined) return { kind: 'not_found' };
  const { schedule, pipeline } = dag;
  const reason = whyNot(dag, request);
  if (schedule === undefined || reason !== undefined) return refused(reason ?? withoutSchedule(dag));
  const expanded = expandWindows(schedule, request, clock.now());
  if (expanded.kind === 'refused') return expanded;
  const { from, to } = expanded;
  const found = await findWindows(store.database, { dagId: dag.id, isPipeline: pipeline !== undefined, from, to });
  const only = request.only ?? 'missing';
  const windows = selectWindows(expanded.windows, found, only);
  if (windows.length === 0) {
    return refused(
      `None of the ${expanded.windows.length} windows of ${dag.id} between ${from.toString()} and ${to.toString()} is ` +
        `${only}. To run completed ones again: --only all.`,
    );
  }
  return { kind: 'planned', from, to, windows: request.reverse === true ? windows.toReversed() : windows };
}

async function create(windrow: Windrow, request: BackfillRequest): Promise<CreatedBackfill> {
  const planned = await plan(windrow, request);
  if (planned.kind !== 'planned') return planned;
  const { database } = windrow.store;
  const { dagId, only = 'missing', maxActive = 4, reverse = false, params = {}, createdBy = UNKNOWN } = request;
  const { from, to, windows } = planned;
  const settings = { dagId, only, maxActive, reverse, params, createdBy };
  const id = await insertBackfill(database, { ...settings, from, to, windows });
  await move(windrow, dagId);
  const backfill = await findBackfill(database, id);
  return backfill === undefined ? { kind: 'not_found' } : { kind: 'created', backfill };
}

/** At once instead of at the scheduler's next tick. Opens no connection. */
async function move(windrow: Windrow, dagId: string): Promise<void> {
  const dag = windrow.dags.get(dagId);
  if (dag !== undefined) await moveBackfills(dag, windrow);
  await activate(windrow, dagId);
}

function whyNot(dag: Dag, { reverse, params, maxActive = 1 }: BackfillRequest): string | undefined {
  if (reverse === true && isStrict(dag)) {
    return `Dag ${dag.id} is of strict order: a window waits for every earlier one. Leave --reverse out.`;
  }
  if (!Number.isInteger(maxActive) || maxActive < 1) {
    return `${maxActive} windows cannot be active at once. Expected a whole number from 1 on.`;
  }
  return unusableParams(dag, params ?? {});
}

function isStrict({ pipeline, schedule }: { readonly pipeline?: unknown; readonly schedule?: Schedule }): boolean {
  return pipeline !== undefined && schedule?.order === 'strict';
}

function withoutSchedule(dag: Dag): string {
  return `Dag ${dag.id} has no schedule, so it has no windows. Start a run: windrow dags trigger ${dag.id}.`;
}

function refused(reason: string): Refused {
  return { kind: 'refused', reason };
}
