import { z } from 'zod';

import type { RunId } from '../../core/ids.ts';
import { type Window, windowText } from '../../core/window.ts';
import type { Database } from '../database.ts';
import { windowOf } from '../views/view-rows.ts';
import { InstantColumn, RunStateColumn } from './run-rows.ts';

export type SkippedRun =
  | { readonly kind: 'not_found' }
  | { readonly kind: 'refused'; readonly reason: string }
  | { readonly kind: 'skipped'; readonly dagId: string; readonly window: Window };

export interface RunSkip {
  readonly reason: string;
  /** Who asks for it. */
  readonly by: string;
  /** Only says what would be. */
  readonly dryRun?: boolean;
}

/** Gives up the window of an ended run that has no record, so that tasks of later windows do not wait for it. Locks the run. */
export async function skipRun(
  database: Database,
  id: RunId,
  { reason, by, dryRun = false }: RunSkip,
): Promise<SkippedRun> {
  return database.transaction(async (transaction): Promise<SkippedRun> => {
    const [row] = await transaction.run(LOCK, [id]);
    if (row === undefined) return { kind: 'not_found' };
    const run = Found.parse(row);
    const window = windowOf(run);
    const refusal = whyNot(id, run);
    if (refusal !== undefined || window === null)
      return { kind: 'refused', reason: refusal ?? `Run ${id} has no window, so nothing waits for it.` };
    if (!dryRun) await transaction.run(SKIP, [id, reason, by, windowText(window)]);
    return { kind: 'skipped', dagId: run.dagId, window };
  });
}

function whyNot(id: RunId, found: z.infer<typeof Found>): string | undefined {
  const { state, kind, recordId, skipReason, newer, holdsBack } = found;
  if (recordId !== null)
    return `Run ${id} belongs to record ${recordId}. To give its window up: windrow records skip ${recordId} --reason TEXT.`;
  if (kind === 'test') return `Run ${id} is a test of its dag: nothing waits for it.`;
  if (state === 'queued' || state === 'running')
    return `Run ${id} is ${state}. Wait for its end, or cancel it: windrow runs cancel ${id}.`;
  if (skipReason !== null) return `The window of run ${id} is given up already: ${skipReason}`;
  if (newer !== null)
    return `Run ${newer} is a newer run of the same window, and counts. See: windrow explain run ${newer}`;
  if (state === 'success' && !holdsBack) return `Run ${id} did all of its work, so nothing waits for its window.`;
  return undefined;
}

const LOCK = {
  text: `
select r.dag_id as "dagId", r.state, r.kind, r.record_id as "recordId", r.skip_reason as "skipReason",
  r.window_start as "windowStart", r.window_end as "windowEnd", r.window_zone as "windowZone",
  (select max(n.id) from dag_run n
    where n.dag_id = r.dag_id and n.window_end = r.window_end and n.window_start = r.window_start and n.id > r.id and n.kind <> 'test') as newer,
  exists (select from task_instance t where t.run_id = r.id and t.state not in ('success', 'skipped', 'removed')) as "holdsBack"
from dag_run r
where r.id = $1
for update`,
};

const SKIP = {
  text: `
with skipped as (
  update dag_run set skip_reason = $2 where id = $1 returning id, dag_id
)
insert into event (kind, dag_id, run_id, details)
select 'run_skipped', dag_id, id, jsonb_build_object('reason', $2::text, 'by', $3::text, 'window', $4::text)
from skipped`,
};

const Found = z.object({
  dagId: z.string(),
  state: RunStateColumn,
  kind: z.string(),
  recordId: z.number().nullable(),
  skipReason: z.string().nullable(),
  windowStart: InstantColumn.nullable(),
  windowEnd: InstantColumn.nullable(),
  windowZone: z.string().nullable(),
  newer: z.number().nullable(),
  holdsBack: z.boolean(),
});
