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
}

export interface SourceFileFilter extends Page {
  readonly pipelineId?: string;
  readonly recordId?: number;
  readonly status?: FileStatus;
  readonly path?: string;
}

/** In the order in which they came first, newest first. */
export async function listSourceFiles(
  database: Executor,
  { pipelineId, recordId: record, status, path, limit, before }: SourceFileFilter,
): Promise<readonly SourceFileView[]> {
  const { statement, values } = buildList({
    select: SELECT,
    states: { status },
    filters: { 'pipeline_id =': pipelineId, 'record_id =': record, 'path =': path, 'id <': before },
    id: 'id',
    limit,
  });
  const rows = await database.run(statement, values);
  return rows.map((row) => Columns.parse(row));
}

const SELECT = `
select id, pipeline_id as "pipelineId", path, sha256, replaced_sha256 as "replacedSha256", bytes, rows, model,
  record_id as "recordId", run_id as "runId", status, processed_at as "processedAt"
from source_file`;

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
});
