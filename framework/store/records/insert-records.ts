import { z } from 'zod';

import type { Temporal } from '../../core/time.ts';
import type { NewRecord } from '../../record/new-records.ts';
import type { Executor } from '../database.ts';
import { InstantColumn } from '../runs/run-rows.ts';

/** Adds the windows that are not there yet; the unique key decides, so that any number of processes may try. */
export async function insertRecords(
  executor: Executor,
  records: readonly NewRecord[],
  { byBackfill = false }: { readonly byBackfill?: boolean } = {},
): Promise<void> {
  if (records.length === 0) return;
  await executor.run(INSERT, [JSON.stringify(records.map(recordJson)), byBackfill]);
}

/** The end of the newest window that is not only a backfill's; windows go on from there. */
export async function findLastWindowEnd(executor: Executor, pipelineId: string): Promise<Temporal.Instant | undefined> {
  const [row] = await executor.run(LAST_END, [pipelineId]);
  return LastEnd.parse(row).last ?? undefined;
}

const INSERT = {
  name: 'insert_records',
  text: `
insert into pipeline_records (pipeline_id, source_name, target_name, target_day, window_start_time, window_end_time,
  window_zone, time_interval, business_keys, made_by_backfill)
select pipeline_id, source_name, target_name, target_day, window_start_time, window_end_time, window_zone, time_interval,
  business_keys, $2
from jsonb_to_recordset($1::jsonb) as r (pipeline_id text, source_name text, target_name text, target_day date,
  window_start_time timestamptz, window_end_time timestamptz, window_zone text, time_interval text, business_keys jsonb)
order by window_start_time
on conflict (pipeline_id, window_start_time, window_end_time) do update set made_by_backfill = false
  where pipeline_records.made_by_backfill and not excluded.made_by_backfill`,
};

const LAST_END = {
  name: 'last_window_end',
  text: 'select max(window_end_time) as last from pipeline_records where pipeline_id = $1 and not made_by_backfill',
};

const LastEnd = z.object({ last: InstantColumn.nullable() });

function recordJson(record: NewRecord): object {
  return {
    pipeline_id: record.pipelineId,
    source_name: record.sourceName,
    target_name: record.targetName,
    target_day: record.targetDay.toString(),
    window_start_time: record.window.start.toString(),
    window_end_time: record.window.end.toString(),
    window_zone: record.window.zone,
    time_interval: record.timeInterval,
    business_keys: record.businessKeys,
  };
}
