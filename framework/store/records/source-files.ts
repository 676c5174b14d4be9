import { z } from 'zod';

import type { Admission, ArrivedFile } from '../../core/arrived-file.ts';
import { Cancelled, DataFailure, RemoteFailure } from '../../core/failures.ts';
import { recordId } from '../../core/ids.ts';
import { RECORD_STATUSES } from '../../record/record.ts';
import type { RecordHolder } from '../../record/record-desk.ts';
import type { Executor } from '../database.ts';
import { InstantColumn } from '../runs/run-rows.ts';
import { HELD } from './held-record.ts';

/** Takes a file in for the record's pipeline, or says what stands against it. One statement where nothing does. */
export async function admitFile(executor: Executor, holder: RecordHolder, file: ArrivedFile): Promise<Admission> {
  const held = [holder.recordId, holder.runId, holder.fence, file.path, file.sha256];
  const taken = await executor.run(TAKE, [...held, file.bytes, file.rows, file.model]);
  if (taken.length > 0) return { kind: 'admitted' };
  const [row] = await executor.run(FIND_OWNER, held);
  if (row === undefined) throw fenced(holder);
  const owner = Owner.parse(row);
  if (owner.status === 'STAGED') throw inHand(file, owner);
  if (owner.sha256 !== file.sha256) throw changed(file, owner, holder);
  return { kind: 'loaded_before', recordId: owner.record_id, at: owner.processed_at };
}

export const FILE_STATUSES = ['STAGED', 'LOADED', 'REPLACED'] as const;
export type FileStatus = (typeof FILE_STATUSES)[number];

const Owner = z.object({
  sha256: z.string(),
  status: z.enum(FILE_STATUSES),
  record_id: z.number().transform(recordId),
  run_id: z.number(),
  processed_at: InstantColumn,
  pipeline_status: z.enum(RECORD_STATUSES),
});
type Owner = z.infer<typeof Owner>;

const IN_HAND_MS = 60_000;

function inHand({ path }: ArrivedFile, { record_id: id, pipeline_status: status }: Owner): RemoteFailure {
  return new RemoteFailure(
    'E_FILE_IN_HAND',
    `The file "${path}" was staged for record ${id}, which is ${status}, and is not loaded yet. This window waits for it; ` +
      `where record ${id} failed, run it again first: windrow records rerun ${id}.`,
    { retryAfterMs: IN_HAND_MS, details: { path, recordId: id } },
  );
}

function changed({ path, sha256 }: ArrivedFile, owner: Owner, { recordId: own }: RecordHolder): DataFailure {
  const { record_id: id, run_id: run, processed_at: at } = owner;
  const replace = `windrow records rerun ${id} --from SOURCE_TO_STAGE`;
  const others = own === id ? '' : ` Then windrow records rerun ${own}, which finds it loaded.`;
  return new DataFailure(
    'E_FILE_CHANGED_AFTER_LOAD',
    `The file "${path}" has the SHA-256 ${sha256}, but record ${id} (run ${run}) loaded it at ${at.toString()} with ${owner.sha256}. ` +
      `Nothing was staged. Find out who changed it. Where the new content is right, let it replace the old: ${replace}.${others}`,
    { details: { path, sha256, loadedSha256: owner.sha256, loadedBy: id, loadedAt: at.toString() } },
  );
}

function fenced({ recordId: id, runId, fence }: RecordHolder): Cancelled {
  return new Cancelled(
    'E_RECORD_FENCED',
    `Record ${id} is not held by run ${runId} under fence ${fence} any more; this try stops and takes no file in.`,
  );
}

/**
 * Locks the row of the path, which is made where there is none. Its own record may bring it again, with other content until it is
 * loaded or a person runs the record again; another record where nothing of it is loaded and nobody will: it was cancelled, skipped
 * or covered by a Full.
 */
const TAKE = {
  name: 'take_source_file',
  text: `
insert into source_file as f (pipeline_id, path, sha256, bytes, rows, model, record_id, run_id, attempt)
select pipeline_id, $4, $5, $6::bigint, $7::bigint, $8, id, $2, retry_attempt
from pipeline_records
${HELD}
on conflict (path, pipeline_id) do update set
  replaced_sha256 = case when f.sha256 = excluded.sha256 then f.replaced_sha256 else f.sha256 end,
  sha256 = excluded.sha256, bytes = excluded.bytes, rows = excluded.rows, model = excluded.model,
  record_id = excluded.record_id, run_id = excluded.run_id, attempt = excluded.attempt, status = 'STAGED',
  processed_at = excluded.processed_at
where f.status = 'REPLACED'
  or (f.record_id = excluded.record_id
    and (f.status = 'STAGED' or f.sha256 = excluded.sha256 or f.attempt < excluded.attempt))
  or (f.status = 'STAGED'
    and exists (select from pipeline_records o where o.id = f.record_id and o.pipeline_status in ('CANCELLED', 'COMPLETED')))
returning f.id`,
};

/** Says in the record that a file was left out, where it was. */
const FIND_OWNER = {
  name: 'find_owner_of_source_file',
  text: `
with owner as (
  select p.id as asking, p.pipeline_id, f.path, f.sha256, f.status, f.record_id, f.run_id, f.processed_at, o.pipeline_status
  from (select id, pipeline_id from pipeline_records ${HELD}) p
  join source_file f on f.pipeline_id = p.pipeline_id and f.path = $4
  join pipeline_records o on o.id = f.record_id
),
told as (
  insert into event (kind, dag_id, run_id, record_id, details)
  select 'file_left_out', pipeline_id, $2, asking,
    jsonb_build_object('path', path, 'sha256', sha256, 'loaded_by', record_id, 'loaded_at', processed_at)
  from owner
  where status = 'LOADED' and sha256 = $5
)
select sha256, status, record_id, run_id, processed_at, pipeline_status from owner`,
};

/** Behind a \`done\` that has the record as it is loaded now: what it staged is in the target, what it had before is not. */
export const FILES_LOADED = `
files_loaded as (
  update source_file f set
    status = case when f.processed_at < done.source_to_stage_ingestion_start_time then 'REPLACED' else 'LOADED' end,
    processed_at = now()
  from done
  where f.record_id = done.id
    and (f.status = 'STAGED' or (f.status = 'LOADED' and f.processed_at < done.source_to_stage_ingestion_start_time))
)`;
