import type { RecordStatus, WindowRecord } from '../../record/record.ts';
import type { Executor } from '../database.ts';
import { readRecord } from '../records/record-rows.ts';
import type { Page } from './view-rows.ts';

export interface RecordFilter extends Page {
  readonly pipelineId?: string;
  readonly status?: RecordStatus;
}

/** Newest first. */
export async function listRecords(database: Executor, filter: RecordFilter): Promise<readonly WindowRecord[]> {
  const { pipelineId, status, limit, before } = filter;
  const rows = await database.run(LIST, [pipelineId ?? null, status ?? null, before ?? null, limit]);
  return rows.map(readRecord);
}

// Without a name: a plan that fits every combination of filters would fit none.
const LIST = {
  text: `
select *
from pipeline_records
where ($1::text is null or pipeline_id = $1)
  and ($2::text is null or pipeline_status = $2)
  and ($3::bigint is null or id < $3)
order by id desc
limit $4`,
};
