import type { Temporal } from '../../core/time.ts';
import { windowText } from '../../core/window.ts';
import type { Order, Schedule } from '../../dag/schedule/schedule.ts';
import type { RecordStatus, WindowRecord } from '../../record/record.ts';
import { type BackfillFacts, explainWindow } from './explain-backfill.ts';
import { type EarlierWindow, explainEarlier } from './explain-earlier.ts';
import { type LiveSchedulers, type Reason, at, because, counted, unplanned } from './reason.ts';
import type { RunState } from '../run-state.ts';

/** What the truth says of one window and of those that could keep it back. */
export interface RecordFacts {
  readonly record: WindowRecord;
  readonly paused: boolean;
  readonly schedule: Schedule | undefined;
  readonly order: Order;
  /** The newest run that is bound to it. */
  readonly run: { readonly id: number; readonly state: RunState } | null;
  /** The oldest window of the pipeline that is not complete and begins before this one. */
  readonly earlier: EarlierWindow | null;
  /** Pending windows that begin before this one; counted up to a limit. */
  readonly pendingBefore: number;
  /** The backfill that has yet to begin the window. */
  readonly backfill: BackfillFacts | null;
  readonly schedulers: LiveSchedulers;
  /** Of the database, which leases are made by. */
  readonly leaseNow: Temporal.Instant;
}

/** Says why a window is in its state. The reasons of an open run are the run's: see `explainRun`. */
export function explainRecord(facts: RecordFacts, now: Temporal.Instant): readonly Reason[] {
  const run = isOpen(facts.run) ? [hasRun(facts, facts.run)] : [];
  return [...BY_STATUS[facts.record.pipelineStatus](facts, now), ...ofBackfill(facts), ...run];
}

/** The schedule runs a pending window, too, and as soon; only while it is paused is the backfill the one to wait for. */
function ofBackfill({ backfill, record, run, paused: isPaused }: RecordFacts): readonly Reason[] {
  if (backfill === null || isOpen(run) || (record.pipelineStatus === 'PENDING' && !isPaused)) return [];
  return explainWindow(backfill, `record ${record.id}`);
}

/** The open run whose reasons explain the record as well. */
export function openRunOf({ run }: RecordFacts): number | undefined {
  return isOpen(run) ? run.id : undefined;
}

type Explain = (facts: RecordFacts, now: Temporal.Instant) => readonly Reason[];

const BY_STATUS: Readonly<Record<RecordStatus, Explain>> = {
  PENDING: (facts, now) => (isOpen(facts.run) ? [] : pending(facts, now)),
  IN_PROGRESS: (facts) => [inProgress(facts)],
  COMPLETED: (facts) => [completed(facts)],
  FAILED: (facts) => [ended(facts, 'failed')],
  CANCELLED: (facts) => [ended(facts, 'cancelled')],
};

function pending(facts: RecordFacts, now: Temporal.Instant): readonly Reason[] {
  const { pipelineId, id } = facts.record;
  const reasons = [
    paused(facts),
    notDue(facts, now),
    facts.order === 'free' ? windowsAhead(facts) : earlierWindow(facts),
    unplanned(pipelineId, facts.schedulers),
  ].filter((reason) => reason !== undefined);
  if (reasons.length > 0) return reasons;
  return [because('next_tick', `Nothing keeps record ${id} back: the scheduler's next tick creates its run.`)];
}

function paused({ paused: isPaused, record }: RecordFacts): Reason | undefined {
  if (!isPaused) return undefined;
  const dag = record.pipelineId;
  const text = `Record ${record.id} waits because the pipeline "${dag}" is paused. Let it go on: windrow dags unpause ${dag}`;
  return because('dag_paused', text, { dag });
}

function notDue({ record, schedule }: RecordFacts, now: Temporal.Instant): Reason | undefined {
  const lagMs = schedule?.lagMs ?? 0;
  const dueAt = record.window.end.add({ milliseconds: lagMs });
  if (dueAt.epochMilliseconds <= now.epochMilliseconds) return undefined;
  const lag = lagMs === 0 ? '' : ` and a lag of ${lagMs / 1000} s`;
  return because(
    'not_due',
    `Record ${record.id} is due at ${at(dueAt)}: the end of its window ${windowText(record.window)}${lag}.`,
    { dueAt: dueAt.toString(), lagMs },
  );
}

function earlierWindow({ record, earlier }: RecordFacts): Reason | undefined {
  return earlier === null ? undefined : explainEarlier(`Record ${record.id}`, earlier);
}

function windowsAhead({ record, pendingBefore }: RecordFacts): Reason | undefined {
  if (pendingBefore === 0) return undefined;
  const text = `Record ${record.id} waits for its turn: before it ${pendingBefore === 1 ? 'is' : 'are'} ${counted(pendingBefore, 'pending window')} of "${record.pipelineId}".`;
  return because('windows_ahead', text, { pendingBefore });
}

function inProgress({ record, run, leaseNow }: RecordFacts): Reason {
  const holder = record.dagRunId ?? null;
  const locked = record.pipelineLockedAt === undefined ? '' : ` since ${at(record.pipelineLockedAt)}`;
  const facts = { run: holder, leaseUntil: record.leaseUntil?.toString() ?? null };
  if (isOpen(run)) {
    const lease = record.leaseUntil === undefined ? '' : `, lease until ${at(record.leaseUntil)}`;
    const over =
      record.leaseUntil !== undefined && record.leaseUntil.epochMilliseconds < leaseNow.epochMilliseconds
        ? ' No task of the run renews it at this moment.'
        : '';
    return because('held_by_run', `Record ${record.id} is held by run ${holder ?? 0}${locked}${lease}.${over}`, facts);
  }
  const text = `Record ${record.id} is locked by run ${holder ?? 0}${locked}, which is not open any more. A scheduler that has "${record.pipelineId}" releases it at its next tick.`;
  return because('stale_lock', text, facts);
}

function completed({ record, run }: RecordFacts): Reason {
  const when = record.pipelineEndTime === undefined ? '' : ` at ${at(record.pipelineEndTime)}`;
  const by = record.audit.details?.['completed'];
  const how = typeof by === 'string' ? `: ${by}` : '';
  const { error } = record;
  const though =
    error === undefined || run?.state !== 'failed'
      ? ''
      : ` All the same its run is failed: ${error.code}: ${error.message}`;
  return because('completed', `Record ${record.id} was completed${when}${how}.${though}`, {
    audit: record.audit.result ?? null,
  });
}

function ended({ record, run }: RecordFacts, code: 'failed' | 'cancelled'): Reason {
  const { error, pipelineEndTime, id } = record;
  const when = pipelineEndTime === undefined ? '' : ` at ${at(pipelineEndTime)}`;
  const why = error === undefined ? '' : `: ${error.code}: ${error.message}`;
  const last = run === null ? '' : ` See: windrow runs show ${run.id}.`;
  return because(
    code,
    `Record ${id} ${code === 'failed' ? 'failed' : 'was cancelled'}${when}${why}.${last} To do it again: windrow records rerun ${id}`,
    { run: run?.id ?? null, code: error?.code ?? null, message: error?.message ?? null },
  );
}

function hasRun({ record }: RecordFacts, run: { readonly id: number; readonly state: RunState }): Reason {
  const text = `Record ${record.id} has run ${run.id}, which is ${run.state}.`;
  return because('has_run', text, { run: run.id, state: run.state });
}

function isOpen(run: RecordFacts['run']): run is { readonly id: number; readonly state: RunState } {
  return run !== null && (run.state === 'queued' || run.state === 'running');
}
