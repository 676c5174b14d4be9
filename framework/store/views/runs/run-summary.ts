import { z } from 'zod';

import { type DagId, type RecordId, type RunId, dagId } from '../../../core/ids.ts';
import type { Temporal } from '../../../core/time.ts';
import type { Window } from '../../../core/window.ts';
import type { RunState } from '../../../run/run-state.ts';
import { RUN_KINDS, type RunKind } from '../../runs/create-run.ts';
import { InstantColumn, RunIdColumn, RunStateColumn } from '../../runs/run-rows.ts';
import { MaybeInstant, MaybeRecordId, windowOf } from '../view-rows.ts';

export interface RunSummary {
  readonly id: RunId;
  readonly dagId: DagId;
  readonly kind: RunKind;
  readonly state: RunState;
  readonly window: Window | null;
  readonly recordId: RecordId | null;
  readonly createdAt: Temporal.Instant;
  readonly startedAt: Temporal.Instant | null;
  readonly endedAt: Temporal.Instant | null;
  /** Tasks that are not final yet; zero before the run starts. */
  readonly openTasks: number;
  /** Failed tasks that decide the run's state. */
  readonly failedTasks: number;
}

export const RUN_COLUMNS = `
  r.id, r.dag_id as "dagId", r.kind, r.state, r.window_start as "windowStart", r.window_end as "windowEnd",
  r.window_zone as "windowZone", r.record_id as "recordId", r.created_at as "createdAt", r.started_at as "startedAt",
  r.ended_at as "endedAt", r.open_tasks as "openTasks", r.failed_tasks as "failedTasks"`;

export const RunColumns = z.object({
  id: RunIdColumn,
  dagId: z.string().transform(dagId),
  kind: z.enum(RUN_KINDS),
  state: RunStateColumn,
  windowStart: MaybeInstant,
  windowEnd: MaybeInstant,
  windowZone: z.string().nullable(),
  recordId: MaybeRecordId,
  createdAt: InstantColumn,
  startedAt: MaybeInstant,
  endedAt: MaybeInstant,
  openTasks: z.number(),
  failedTasks: z.number(),
});

export function runSummary(row: z.infer<typeof RunColumns>): RunSummary {
  const { windowStart, windowEnd, windowZone, id, dagId, kind, state, ...run } = row;
  return { id, dagId, kind, state, window: windowOf({ windowStart, windowEnd, windowZone }), ...run };
}
