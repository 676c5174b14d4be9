import type { Clock } from '../core/clock.ts';
import type { Closable } from '../core/closable.ts';
import { Bug, DefinitionFailure, type FailureRecord } from '../core/failures.ts';
import { recordId } from '../core/ids.ts';
import type { Window } from '../core/window.ts';
import type { Dag } from '../dag/dag.ts';
import { newRecords, pendingRecord } from '../record/new-records.ts';
import type { PhaseProgress, WindowRecord } from '../record/record.ts';
import type { FailedTask, RecordDesk } from '../record/record-desk.ts';
import type { Phase } from '../record/phase.ts';
import { TEST_RUN } from './memory-run.ts';

export interface MemoryDeskOptions {
  readonly dag: Dag;
  readonly window: Window | undefined;
  readonly clock: Clock;
  readonly failedTasks: () => readonly FailedTask[];
}

/** The book-keeping of the one record of a test run. */
export class MemoryDesk implements RecordDesk, Closable {
  readonly #clock: Clock;
  readonly #failed: () => readonly FailedTask[];
  readonly #told = new Set<string>();
  #record: WindowRecord;

  constructor({ dag, window, clock, failedTasks }: MemoryDeskOptions) {
    this.#clock = clock;
    this.#failed = failedTasks;
    this.#record = firstRecord(dag, window, clock);
  }

  get record(): WindowRecord {
    return this.#record;
  }

  /** What the engine does to the record of a run that failed. */
  fail(error: FailureRecord | undefined): void {
    if (this.#record.pipelineStatus !== 'IN_PROGRESS') return;
    this.#change({ pipelineStatus: 'FAILED', pipelineEndTime: this.#clock.now(), error });
  }

  readonly read: RecordDesk['read'] = async () => this.#record;

  readonly claim: RecordDesk['claim'] = async ({ runId, fence }) => {
    const now = this.#clock.now();
    const pipelineStartTime = this.#record.pipelineStartTime ?? now;
    const lock = { dagRunId: runId, fence, pipelineLockedAt: now, pipelineStartTime };
    return { kind: 'claimed', record: this.#change({ pipelineStatus: 'IN_PROGRESS', ...lock }) };
  };

  readonly startPhase: RecordDesk['startPhase'] = async (_, phase) =>
    this.#progress(phase, { status: 'IN_PROGRESS', startedAt: this.#clock.now(), endedAt: undefined });

  readonly completePhase: RecordDesk['completePhase'] = async (_, phase, facts) => {
    const { sourceCount = this.#record.audit.sourceCount, stageCount = this.#record.audit.stageCount } = facts;
    this.#change({ phaseCompleted: phase, audit: { ...this.#record.audit, sourceCount, stageCount } });
    this.#end(phase, 'COMPLETED');
  };

  readonly failPhase: RecordDesk['failPhase'] = async (_, phase) => this.#end(phase, 'FAILED');

  /** Nothing was loaded before the one window of a test run. */
  readonly admitFile: RecordDesk['admitFile'] = async () => ({ kind: 'admitted' });
  readonly isDriftTold: RecordDesk['isDriftTold'] = async (_, changes) => this.#told.has(JSON.stringify(changes));
  readonly tellDrift: RecordDesk['tellDrift'] = async (_, changes) => void this.#told.add(JSON.stringify(changes));

  readonly audited: RecordDesk['audited'] = async (_, figures) => {
    this.#change({ audit: { ...this.#record.audit, ...figures } });
    this.#end('AUDIT', figures.result === 'PASS' ? 'COMPLETED' : 'FAILED');
    if (figures.result === 'PASS') this.#complete();
  };

  readonly alreadyLoaded: RecordDesk['alreadyLoaded'] = async (_, rows) => {
    const figures = { sourceCount: rows, targetCount: rows, countDifference: 0, percentageDifference: '0' };
    this.#change({ audit: { ...this.#record.audit, ...figures, result: 'PASS' } });
    this.#end('AUDIT', 'COMPLETED');
    this.#complete();
  };

  readonly releaseStale: RecordDesk['releaseStale'] = async () => [];
  readonly failedTasks: RecordDesk['failedTasks'] = async () => this.#failed();
  readonly close = async (): Promise<void> => {};

  #complete(): void {
    this.#change({ pipelineStatus: 'COMPLETED', phaseCompleted: 'AUDIT', pipelineEndTime: this.#clock.now() });
  }

  #end(phase: Phase, status: 'COMPLETED' | 'FAILED'): void {
    const startedAt = this.#record.phases[phase].startedAt ?? this.#clock.now();
    this.#progress(phase, { status, startedAt, endedAt: this.#clock.now() });
  }

  #progress(phase: Phase, progress: PhaseProgress): void {
    this.#change({ phases: { ...this.#record.phases, [phase]: progress } });
  }

  #change(change: Partial<WindowRecord>): WindowRecord {
    this.#record = { ...this.#record, ...change, recordLastUpdatedTime: this.#clock.now() };
    return this.#record;
  }
}

/** A record that nobody has worked on, as the scheduler would insert it. */
function firstRecord({ id, pipeline, schedule }: Dag, window: Window | undefined, clock: Clock): WindowRecord {
  if (pipeline === undefined || window === undefined) {
    throw new DefinitionFailure(
      'E_TEST_WINDOW',
      `A test run of pipeline "${id}" needs a window: pass \`window: '2026-01-20T13:15Z..2026-01-20T13:30Z'\`.`,
    );
  }
  const windows = schedule === undefined ? {} : { windows: schedule.windows };
  const [made] = newRecords({ pipelineId: id, spec: pipeline, ...windows }, [window]);
  if (made === undefined) throw new Bug('E_TEST_RECORD', `No record was made for the window of pipeline "${id}".`);
  return { ...pendingRecord({ ...made, id: recordId(1) }, clock.now()), dagRunId: TEST_RUN };
}
