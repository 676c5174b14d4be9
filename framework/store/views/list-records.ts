import type { RecordStatus, WindowRecord } from '../../record/record.ts';
import type { Executor } from '../database.ts';
import { readRecord } from '../records/record-rows.ts';
import { buildList } from './build-list.ts';
import type { Page } from './view-rows.ts';

export interface RecordFilter extends Page {
  readonly pipelineId?: string;
  readonly status?: RecordStatus;
}

/** Newest first. */
export async function listRecords(database: Executor, filter: RecordFilter): Promise<readonly WindowRecord[]> {
  const { pipelineId, status, limit, before } = filter;
  const { statement, values } = buildList({
    select: 'select *\nfrom pipeline_records',
    states: { pipeline_status: status },
    filters: { 'pipeline_id =': pipelineId, 'id <': before },
    id: 'id',
    limit,
  });
  const rows = await database.run(statement, values);
  return rows.map(readRecord);
}
