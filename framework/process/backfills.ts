import type { Json } from '../core/json.ts';
import { Temporal } from '../core/time.ts';
import type { Dag } from '../dag/dag.ts';
import { orderOf } from '../dag/sensor/order-of.ts';
import {
  type BackfillSelection,
  type ExpandedWindows,
  type PlannedWindow,
  type Stretch,
  expandWindows,
  readStretch,
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
import { UNKNOWN } from '../store/note-deed.ts';
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

async function plan(windrow: Windrow, request: BackfillRequest): Promise<BackfillPlan> {
  const dag = windrow.dags.get(request.dagId);
  if (dag === undefined) return { kind: 'not_found' };
  const reason = whyNot(windrow, dag, request);
  if (reason !== undefined) return refused(reason);
  const expanded =
    dag.schedule === undefined
      ? await windowsThere(windrow, dag, request)
      : expandWindows(dag.schedule, request, windrow.clock.now());
  if (expanded.kind === 'refused') return expanded;
  const { from, to } = expanded;
  const isPipeline = dag.pipeline !== undefined;
  const found = await findWindows(windrow.store.database, { dagId: dag.id, isPipeline, from, to });
  const only = request.only ?? 'missing';
  const windows = selectWindows(expanded.windows, found.of, only);
  if (windows.length === 0) {
    return refused(
      `None of the ${expanded.windows.length} windows of ${dag.id} between ${from.toString()} and ${to.toString()} is ` +
        `${only}. To run completed ones again: --only all.`,
    );
  }
  return { kind: 'planned', from, to, windows: request.reverse === true ? windows.toReversed() : windows };
}

/** Without a schedule the windows are those that a sensor or a person made. */
async function windowsThere({ store, clock }: Windrow, dag: Dag, request: BackfillRequest): Promise<ExpandedWindows> {
  if (dag.pipeline === undefined) return refused(withoutSchedule(dag));
  const stretch = readStretch(request, 'UTC');
  if (stretch.kind === 'refused') return stretch;
  const { from, to } = stretch;
  const there = await findWindows(store.database, { dagId: dag.id, isPipeline: true, from, to });
  const windows = there.windows.filter(({ end }) => Temporal.Instant.compare(end, clock.now()) <= 0);
  if (windows.length > 0) return { kind: 'expanded', from, to, windows };
  return refused(
    `No window of ${dag.id} lies between ${from.toString()} and ${to.toString()}. It has no schedule: its windows are those that a ` +
      `sensor found or somebody started. See: windrow records list --pipeline ${dag.id}; start one: windrow dags trigger ${dag.id} --window START..END.`,
  );
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

function whyNot(
  { sensors }: Windrow,
  dag: Dag,
  { reverse, params = {}, maxActive = 1 }: BackfillRequest,
): string | undefined {
  if (reverse === true && dag.pipeline !== undefined && orderOf(dag, sensors) === 'strict') {
    return `Dag ${dag.id} is of strict order: a window waits for every earlier one. Leave --reverse out.`;
  }
  if (!Number.isInteger(maxActive) || maxActive < 1) {
    return `${maxActive} windows cannot be active at once. Expected a whole number from 1 on.`;
  }
  // Windows that are there keep the params that they have.
  if (dag.schedule === undefined && Object.keys(params).length === 0) return undefined;
  return unusableParams(dag, params);
}

function withoutSchedule(dag: Dag): string {
  return `Dag ${dag.id} has no schedule, so it has no windows. Start a run: windrow dags trigger ${dag.id}.`;
}

function refused(reason: string): Refused {
  return { kind: 'refused', reason };
}
