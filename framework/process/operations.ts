import { DataFailure } from '../core/failures.ts';
import { type RunId, recordId, runId } from '../core/ids.ts';
import type { Phase } from '../record/phase.ts';
import { businessKeys } from '../record/new-records.ts';
import type { RecordStatus } from '../record/record.ts';
import type { RerunPlan, RerunRequest } from '../record/rerun-plan.ts';
import { setPaused } from '../store/dag-state.ts';
import { UNKNOWN } from '../store/note-deed.ts';
import { openRun } from '../store/records/open-run.ts';
import { previewRerun, rerunRecord } from '../store/records/rerun-record.ts';
import { type SkipResult, skipRecord } from '../store/records/skip-record.ts';
import { activate } from '../queue/activate.ts';
import { cancelRun } from '../store/runs/cancel-run.ts';
import { type SkippedRun, skipRun } from '../store/runs/skip-run.ts';
import { type RerunTarget, type RerunTasks, type TasksAgain, rerunTasks } from './rerun-tasks.ts';
import {
  type CreatedByHand,
  type PlannedByHand,
  type Refused,
  type TriggerOptions,
  createTriggered,
  planTriggered,
} from './trigger.ts';
import type { Windrow } from './windrow.ts';

/**
 * What people do to an installation, from the command line and the dashboard alike. `by` says who, for the history. Nothing here
 * throws for an ordinary no.
 */
export interface Operations {
  /** Starts a run by hand; of a pipeline, the run of one window. It runs on a paused dag too. */
  readonly triggerDag: (dagId: string, options?: TriggerOptions) => Promise<Triggered>;
  /** Shows which window `triggerDag` would run, or why none. Changes nothing. */
  readonly previewTrigger: (dagId: string, options?: TriggerOptions) => Promise<PlannedByHand | NotFound | Refused>;
  readonly pauseDag: (dagId: string, by?: string) => Promise<Switched>;
  readonly unpauseDag: (dagId: string, by?: string) => Promise<Switched>;
  readonly cancelRun: (id: number, by?: string) => Promise<CancelledRun>;
  /** Gives up the window of an ended run without a record: tasks of later windows wait for it no more. */
  readonly skipRun: (id: number, reason: string, by?: string) => Promise<SkippedRun>;
  /** Whether `skipRun` would give the window up. Changes nothing. */
  readonly previewSkipRun: (id: number) => Promise<SkippedRun>;
  /** Shows what `rerunRecord` would do. Changes nothing. */
  readonly previewRerun: (id: number, options?: RerunFrom) => Promise<RerunPreview>;
  readonly rerunRecord: (id: number, options?: RerunFrom & { readonly by?: string }) => Promise<Rerun>;
  /**
   * Does tasks of an ended run again, in that run, with its history; of a record, in its newest run. `dryRun` changes nothing.
   */
  readonly rerunTasks: (target: RerunTarget, tasks: TasksAgain, options?: RerunOptions) => Promise<RerunTasks>;
  /** Cancels the open run of a record, as `cancelRun` does. */
  readonly cancelRecord: (id: number, by?: string) => Promise<CancelledRecord>;
  /** Completes a window that will not be loaded any more; later windows go on at the scheduler's next tick. */
  readonly skipRecord: (id: number, reason: string, by?: string) => Promise<SkipResult>;
  /** Whether `skipRecord` would complete the window; the record as it is. Changes nothing. */
  readonly previewSkipRecord: (id: number) => Promise<SkipResult>;
}

export interface RerunFrom {
  readonly from?: Phase;
}

export interface RerunOptions {
  readonly dryRun?: boolean;
  readonly by?: string;
}

export interface NotFound {
  readonly kind: 'not_found';
}

export type Triggered = CreatedByHand | NotFound | Refused;
export type Switched = { readonly kind: 'paused' } | { readonly kind: 'unpaused' } | NotFound;
/** `running` tasks are told at their next heartbeat. */
export type CancelledRun = { readonly kind: 'cancelling'; readonly running: number } | NotFound | Refused;
export type CancelledRecord =
  | { readonly kind: 'cancelling'; readonly runId: RunId; readonly running: number }
  | NotFound
  | Refused;
export type AcceptedRerun = Extract<RerunPlan, { kind: 'rerun' }>;
export type RerunPreview = { readonly kind: 'planned'; readonly plan: AcceptedRerun } | NotFound | Refused;
export type Rerun =
  | { readonly kind: 'started'; readonly plan: AcceptedRerun; readonly runId: RunId }
  | NotFound
  | Refused;

/** At once; a scheduler admits the others. */
const MOST_ADMITTED = 100;

const PREVIEW = { reason: '', by: UNKNOWN, dryRun: true };

export function operations(windrow: Windrow): Operations {
  const { database } = windrow.store;
  return {
    triggerDag: async (dagId, options = {}) => {
      const dag = windrow.dags.get(dagId);
      if (dag === undefined) return { kind: 'not_found' };
      const created = await createTriggered(windrow, dag, { ...options, kind: 'manual' });
      if (created.kind === 'created') await activate(windrow, dagId);
      return created;
    },
    previewTrigger: async (dagId, options = {}) => {
      const dag = windrow.dags.get(dagId);
      return dag === undefined ? { kind: 'not_found' } : planTriggered(windrow, dag, options);
    },
    pauseDag: async (dagId, by = UNKNOWN) =>
      (await setPaused(database, dagId, { paused: true, by })) ? { kind: 'paused' } : { kind: 'not_found' },
    unpauseDag: async (dagId, by = UNKNOWN) =>
      (await setPaused(database, dagId, { paused: false, by })) ? { kind: 'unpaused' } : { kind: 'not_found' },
    cancelRun: (id, by = UNKNOWN) => cancel(windrow, id, by),
    skipRun: async (id, reason, by = UNKNOWN) => {
      const skipped = await skipRun(windrow.store.database, runId(id), { reason, by });
      if (skipped.kind === 'skipped') await windrow.delivery.admitHeld(windrow.clock.now().toString(), MOST_ADMITTED);
      return skipped;
    },
    previewSkipRun: (id) => skipRun(database, runId(id), PREVIEW),
    previewRerun: async (id, options = {}) => {
      const request = rerunRequest(windrow, options);
      const preview = await orRefused(previewRerun(database, recordId(id), request));
      return preview.kind === 'started' ? { kind: 'planned', plan: preview.plan } : preview;
    },
    rerunRecord: (id, options = {}) => rerun(windrow, id, options),
    rerunTasks: async (target, tasks, { dryRun = false, by = UNKNOWN } = {}) => {
      const result = await rerunTasks(windrow, target, { tasks, dryRun, by, record: rerunRequest(windrow, {}) });
      if (result.kind === 'started') await activate(windrow, result.plan.dagId);
      return result;
    },
    cancelRecord: (id, by = UNKNOWN) => cancelRecord(windrow, id, by),
    skipRecord: (id, reason, by = UNKNOWN) => skipRecord(database, recordId(id), { reason, by }),
    previewSkipRecord: (id) => skipRecord(database, recordId(id), PREVIEW),
  };
}

async function cancel(windrow: Windrow, id: number, by: string): Promise<CancelledRun> {
  const cancelled = await cancelRun(windrow.store, runId(id), by);
  if (cancelled.kind === 'not_found') return cancelled;
  if (cancelled.kind === 'already_ended')
    return { kind: 'refused', reason: `Run ${id} has ended already; there is nothing to cancel.` };
  await windrow.settler.follow(cancelled.finished);
  return { kind: 'cancelling', running: cancelled.running };
}

async function cancelRecord(windrow: Windrow, id: number, by: string): Promise<CancelledRecord> {
  const open = await openRun(windrow.store.database, recordId(id));
  if (open === undefined) return { kind: 'not_found' };
  const { runId: run, status } = open;
  if (run === null) return { kind: 'refused', reason: nothingOpen(id, status) };
  const cancelled = await cancel(windrow, run, by);
  return cancelled.kind === 'cancelling' ? { ...cancelled, runId: run } : cancelled;
}

function nothingOpen(id: number, status: RecordStatus): string {
  const said = `Record ${id} is ${status} and has no open run: there is nothing to cancel.`;
  return status === 'PENDING' ? `${said} To give its window up: windrow records skip ${id} --reason TEXT.` : said;
}

/** The keys of a record come from the code as it is now, so that a corrected function takes effect. */
function rerunRequest({ clock, dags }: Windrow, { from }: RerunFrom): RerunRequest {
  return {
    now: clock.now(),
    keysOf: (record) => {
      const spec = dags.get(record.pipelineId)?.pipeline;
      return spec === undefined ? undefined : businessKeys(spec, record);
    },
    ...(from && { from }),
  };
}

async function orRefused<T>(work: Promise<T>): Promise<T | Refused> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof DataFailure) return { kind: 'refused', reason: error.message };
    throw error;
  }
}

async function rerun(
  windrow: Windrow,
  id: number,
  { by = UNKNOWN, ...options }: RerunFrom & { readonly by?: string },
): Promise<Rerun> {
  const request = { ...rerunRequest(windrow, options), by };
  const result = await orRefused(rerunRecord(windrow.store.database, recordId(id), request));
  if (result.kind === 'not_found' || result.kind === 'refused') return result;
  if (result.kind === 'planned' || result.run.kind === 'already_there') {
    return { kind: 'refused', reason: `Record ${id} has got a run just now. Wait for its end.` };
  }
  await activate(windrow, result.plan.after.pipelineId);
  return { kind: 'started', plan: result.plan, runId: result.run.runId };
}
