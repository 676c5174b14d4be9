import { z } from 'zod';

import { type RecordId, type RunId, recordId } from '../../../core/ids.ts';
import type { Temporal } from '../../../core/time.ts';
import type { Window } from '../../../core/window.ts';
import { RECORD_STATUSES, type RecordStatus } from '../../../record/record.ts';
import type { RunState } from '../../../run/run-state.ts';
import type { TaskState } from '../../../run/task-state.ts';
import type { Executor } from '../../database.ts';
import { RUN_KINDS, type RunKind } from '../../runs/create-run.ts';
import { RunIdColumn, RunStateColumn, TaskStateColumn } from '../../runs/run-rows.ts';
import { MaybeInstant, windowOf } from '../view-rows.ts';

/** One column of windows x tasks: a window of a pipeline with its newest run, or a run of another dag. */
export interface GridColumnView {
  readonly record: { readonly id: RecordId; readonly status: RecordStatus } | null;
  readonly window: Window | null;
  readonly run: GridRun | null;
  /** States by the id of the task, of a mapped one that of its summary; empty before the run has started. */
  readonly states: Readonly<Record<string, TaskState>>;
}

export interface GridRun {
  readonly id: RunId;
  readonly state: RunState;
  readonly kind: RunKind;
  readonly startedAt: Temporal.Instant | null;
  readonly endedAt: Temporal.Instant | null;
}

export interface GridPage {
  readonly dagId: string;
  readonly isPipeline: boolean;
  readonly limit: number;
  /** The columns behind this one: a window of a pipeline, a run of another dag. */
  readonly before?: GridPosition;
}

export type GridPosition =
  | { readonly kind: 'window'; readonly start: Temporal.Instant; readonly end: Temporal.Instant }
  | { readonly kind: 'run'; readonly id: number };

/** The newest windows first, as far as a pipeline is concerned; of another dag the newest runs. */
export async function readGrid(executor: Executor, page: GridPage): Promise<readonly GridColumnView[]> {
  const rows = await (page.isPipeline ? readWindows(executor, page) : readRuns(executor, page));
  return rows.map((row) => columnOf(Row.parse(row)));
}

function readWindows(executor: Executor, { dagId, limit, before }: GridPage): ReturnType<Executor['run']> {
  return before?.kind === 'window'
    ? executor.run(WINDOWS_BEFORE, [dagId, limit, before.start.toString(), before.end.toString()])
    : executor.run(WINDOWS, [dagId, limit]);
}

function readRuns(executor: Executor, { dagId, limit, before }: GridPage): ReturnType<Executor['run']> {
  return before?.kind === 'run'
    ? executor.run(RUNS_BEFORE, [dagId, limit, before.id])
    : executor.run(RUNS, [dagId, limit]);
}

function columnOf({ run, state, kind, startedAt, endedAt, record, status, states, ...window }: Row): GridColumnView {
  return {
    record: record === null || status === null ? null : { id: recordId(record), status },
    window: windowOf(window),
    run: run === null || state === null || kind === null ? null : { id: run, state, kind, startedAt, endedAt },
    states: states ?? {},
  };
}

// Instances of mapped tasks are left out: their summary stands for them.
const STATES = `
left join lateral (
  select jsonb_object_agg(t.task_id, t.state) as states
  from task_instance t
  where t.run_id = r.id and (t.map_index = -1 or (t.map_index = 0 and t.map_total is null))
) tasks on true`;

const OF_RUN = `r.id as run, r.state, r.kind, r.started_at as "startedAt", r.ended_at as "endedAt", tasks.states`;

function windows(condition: string): string {
  return `
select p.id as record, p.pipeline_status as status, p.window_start_time as "windowStart", p.window_end_time as "windowEnd",
  p.window_zone as "windowZone", ${OF_RUN}
from (
  select id, pipeline_status, window_start_time, window_end_time, window_zone
  from pipeline_records
  where pipeline_id = $1${condition}
  order by window_start_time desc, window_end_time desc
  limit $2
) p
left join lateral (
  select id, state, kind, started_at, ended_at
  from dag_run
  where record_id = p.id
  order by id desc
  limit 1
) r on true${STATES}
order by p.window_start_time desc, p.window_end_time desc`;
}

function runs(condition: string): string {
  return `
select null as record, null as status, r.window_start as "windowStart", r.window_end as "windowEnd", r.window_zone as "windowZone", ${OF_RUN}
from (
  select *
  from dag_run
  where dag_id = $1${condition}
  order by id desc
  limit $2
) r${STATES}
order by r.id desc`;
}

const WINDOWS = { name: 'grid_windows', text: windows('') };
const WINDOWS_BEFORE = {
  name: 'grid_windows_before',
  text: windows(' and (window_start_time, window_end_time) < ($3::timestamptz, $4::timestamptz)'),
};
const RUNS = { name: 'grid_runs', text: runs('') };
const RUNS_BEFORE = { name: 'grid_runs_before', text: runs(' and id < $3') };

type Row = z.infer<typeof Row>;

const Row = z.object({
  record: z.number().nullable(),
  status: z.enum(RECORD_STATUSES).nullable(),
  windowStart: MaybeInstant,
  windowEnd: MaybeInstant,
  windowZone: z.string().nullable(),
  run: RunIdColumn.nullable(),
  state: RunStateColumn.nullable(),
  kind: z.enum(RUN_KINDS).nullable(),
  startedAt: MaybeInstant,
  endedAt: MaybeInstant,
  states: z.record(z.string(), TaskStateColumn).nullable(),
});
