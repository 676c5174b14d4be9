import { z } from 'zod';

import type { RecordId } from '../../core/ids.ts';
import type { WindowRecord } from '../../record/record.ts';
import type { Database } from '../database.ts';
import { RunIdColumn } from '../runs/run-rows.ts';
import { readRecord } from './record-rows.ts';

export type SkipResult =
  | { readonly kind: 'not_found' }
  | { readonly kind: 'refused'; readonly reason: string }
  | { readonly kind: 'skipped'; readonly record: WindowRecord };

/** Completes a record whose window will not be loaded any more, with the reason on it, so that later windows go on. */
export async function skipRecord(
  database: Database,
  id: RecordId,
  { reason, by, dryRun = false }: { readonly reason: string; readonly by: string; readonly dryRun?: boolean },
): Promise<SkipResult> {
  return database.transaction(async (transaction): Promise<SkipResult> => {
    const [row] = await transaction.run(LOCK, [id]);
    if (row === undefined) return { kind: 'not_found' };
    const { openRun } = OpenRun.parse(row);
    const refusal = whyNot(readRecord(row), openRun);
    if (refusal !== undefined) return { kind: 'refused', reason: refusal };
    if (dryRun) return { kind: 'skipped', record: readRecord(row) };
    const [skipped] = await transaction.run(SKIP, [id, reason, by]);
    return { kind: 'skipped', record: readRecord(skipped) };
  });
}

function whyNot({ id, pipelineStatus: status }: WindowRecord, openRun: number | null): string | undefined {
  if (openRun !== null)
    return `Record ${id} has the open run ${openRun}. Wait for its end, or cancel it: windrow runs cancel ${openRun}.`;
  if (status === 'COMPLETED') return `Record ${id} is COMPLETED already; nothing waits for it.`;
  if (status === 'IN_PROGRESS')
    return `Record ${id} is still locked by a run that has ended. The lock is released when its lease is over; then try again.`;
  return undefined;
}

const LOCK = {
  text: `
select p.*, (select max(r.id) from dag_run r where r.record_id = p.id and r.state in ('queued', 'running')) as open_run
from pipeline_records p
where p.id = $1
for update`,
};

const SKIP = {
  text: `
with skipped as (
  update pipeline_records p set
    pipeline_status = 'COMPLETED', pipeline_end_time = now(), pipeline_locked_at = null, lease_until = null, error = null,
    audit_details = jsonb_build_object('completed', 'skipped: ' || $2::text), record_last_updated_time = now()
  from (select id, pipeline_status as was, error ->> 'code' as code from pipeline_records where id = $1) before
  where p.id = before.id
  returning p.*, before.was, before.code
),
told as (
  insert into event (kind, dag_id, record_id, details)
  select 'record_skipped', pipeline_id, id, jsonb_strip_nulls(jsonb_build_object('reason', $2::text, 'by', $3::text, 'was', was, 'error', code))
  from skipped
)
select * from skipped`,
};

const OpenRun = z.object({ open_run: RunIdColumn.nullable() }).transform(({ open_run: openRun }) => ({ openRun }));
