import type { RecordStatus, WindowRecord } from '../../record/record.ts';
import type { Executor } from '../database.ts';
import { RECORD_COLUMNS, readRecord } from '../records/record-rows.ts';
import { buildList } from './build-list.ts';
import type { Page } from './view-rows.ts';
import { type WindowRange, beginsWithin } from './window-range.ts';

export interface RecordFilter extends Page, WindowRange {
  readonly pipelineId?: string;
  readonly status?: RecordStatus;
}

/** Newest first. */
export async function listRecords(database: Executor, filter: RecordFilter): Promise<readonly WindowRecord[]> {
  const { pipelineId, status, limit, before } = filter;
  const { statement, values } = buildList({
    select: `select ${RECORD_COLUMNS}\nfrom pipeline_records`,
    states: { pipeline_status: status },
    moments: beginsWithin('window_start_time', filter),
    filters: { 'pipeline_id =': pipelineId, 'id <': before },
    id: 'id',
    limit,
  });
  const rows = await database.run(statement, values);
  return rows.map(readRecord);
}
