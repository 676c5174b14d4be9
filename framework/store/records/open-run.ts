import { z } from 'zod';

import type { RecordId, RunId } from '../../core/ids.ts';
import { RECORD_STATUSES, type RecordStatus } from '../../record/record.ts';
import type { Executor } from '../database.ts';
import { RunIdColumn } from '../runs/run-rows.ts';

export interface OpenRun {
  readonly status: RecordStatus;
  /** Null where none is open. */
  readonly runId: RunId | null;
}

/** The run that works on a record, or waits to. Undefined: there is no such record. */
export async function openRun(executor: Executor, id: RecordId): Promise<OpenRun | undefined> {
  const [row] = await executor.run(OPEN_RUN, [id]);
  return row === undefined ? undefined : Found.parse(row);
}

const OPEN_RUN = {
  name: 'open_run_of_one_record',
  text: `
select p.pipeline_status as status,
  (select max(r.id) from dag_run r where r.record_id = p.id and r.state in ('queued', 'running')) as "runId"
from pipeline_records p
where p.id = $1`,
};

const Found = z.object({ status: z.enum(RECORD_STATUSES), runId: RunIdColumn.nullable() });
