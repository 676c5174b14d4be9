import { z } from 'zod';

import { type RecordId, recordId } from '../../core/ids.ts';
import type { RunId } from '../../core/ids.ts';
import type { Temporal } from '../../core/time.ts';
import type { Executor } from '../database.ts';
import { FILE_STATUSES, type FileStatus } from '../records/source-files.ts';
import { InstantColumn, RunIdColumn } from '../runs/run-rows.ts';
import { buildList } from './build-list.ts';
import type { Page } from './view-rows.ts';

/** A file that a pipeline has taken in. */
export interface SourceFileView {
  readonly id: number;
  readonly pipelineId: string;
  readonly path: string;
  readonly sha256: string;
  /** Of the content that a re-run replaced. */
  readonly replacedSha256: string | null;
  readonly bytes: number;
  readonly rows: number;
  readonly model: string;
  readonly recordId: RecordId;
  readonly runId: RunId;
  readonly status: FileStatus;
  readonly processedAt: Temporal.Instant;
  /** A window that stopped because it brings the path with other content, until it is run again. */
  readonly conflict: FileConflict | null;
}

export interface FileConflict {
  readonly recordId: RecordId;
  readonly sha256: string;
}

export interface SourceFileFilter extends Page {
  readonly pipelineId?: string;
  readonly recordId?: number;
  readonly status?: FileStatus;
  readonly path?: string;
  /** The beginning of the path. */
  readonly prefix?: string;
  /** Only those with a conflict. */
  readonly isInConflict?: boolean;
}

/** In the order in which they came first, newest first. */
export async function listSourceFiles(
  database: Executor,
  { pipelineId, recordId: record, status, path, prefix, isInConflict = false, limit, before }: SourceFileFilter,
): Promise<readonly SourceFileView[]> {
  const { statement, values } = buildList({
    select: isInConflict ? SELECT_IN_CONFLICT : SELECT,
    states: { 'f.status': status },
    filters: {
      'f.pipeline_id =': pipelineId,
      'f.record_id =': record,
      'f.path =': path,
      'f.path collate "C" ^@': prefix,
      'f.id <': before,
    },
    id: 'f.id',
    limit,
  });
  const rows = await database.run(statement, values);
  return rows.map((row) => Columns.parse(row));
}

const COLUMNS = `
select f.id, f.pipeline_id as "pipelineId", f.path, f.sha256, f.replaced_sha256 as "replacedSha256", f.bytes, f.rows, f.model,
  f.record_id as "recordId", f.run_id as "runId", f.status, f.processed_at as "processedAt", c.conflict`;

const CONFLICT = `json_build_object('recordId', p.id, 'sha256', p.error #>> '{details,sha256}') as conflict`;

/** As the partial index of such records has it. */
const STOPPED = `p.error ->> 'code' = 'E_FILE_CHANGED_AFTER_LOAD'`;

const SELECT = `${COLUMNS}
from source_file f
left join lateral (
  select ${CONFLICT}
  from pipeline_records p
  where ${STOPPED} and p.error #>> '{details,path}' = f.path and p.pipeline_id = f.pipeline_id
  order by p.id desc
  limit 1
) c on true`;

// They are few among all files.
const SELECT_IN_CONFLICT = `${COLUMNS}
from (
  select distinct on (p.pipeline_id, p.error #>> '{details,path}') p.pipeline_id, p.error #>> '{details,path}' as path, ${CONFLICT}
  from pipeline_records p
  where ${STOPPED}
  order by p.pipeline_id, p.error #>> '{details,path}', p.id desc
) c
join source_file f on f.path = c.path and f.pipeline_id = c.pipeline_id`;

const Columns = z.object({
  id: z.number(),
  pipelineId: z.string(),
  path: z.string(),
  sha256: z.string(),
  replacedSha256: z.string().nullable(),
  bytes: z.number(),
  rows: z.number(),
  model: z.string(),
  recordId: z.number().transform(recordId),
  runId: RunIdColumn,
  status: z.enum(FILE_STATUSES),
  processedAt: InstantColumn,
  conflict: z.object({ recordId: z.number().transform(recordId), sha256: z.string() }).nullable(),
});
