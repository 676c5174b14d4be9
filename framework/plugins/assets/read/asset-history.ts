import type { PluginDatabase } from '#framework';
import { z } from 'zod';

import { type AssetEvent, EventRow } from './asset-events.ts';
import { type CheckEvent, CheckEventRow } from './check-history.ts';

/** Materializations, observations and results of checks. */
export type AssetHappening = AssetEvent | CheckEvent;

/** The last one of a page. What one event of the engine told is counted by `part`, results of checks on their own. */
export interface HistoryPlace {
  readonly id: number;
  readonly part: number;
  readonly isCheck: boolean;
}

export interface HistoryFilter {
  readonly asset: string;
  readonly partition?: string;
  readonly before?: HistoryPlace;
  /** Default 50. */
  readonly limit?: number;
}

/** All that happened to an asset, newest first. */
export async function assetHistory(
  database: PluginDatabase,
  { asset, partition, before, limit = 50 }: HistoryFilter,
): Promise<readonly AssetHappening[]> {
  const { id = Number.MAX_SAFE_INTEGER, part = 0, isCheck = false } = before ?? {};
  const values = [asset, id, part, isCheck, limit];
  const rows =
    partition === undefined
      ? await database.run(HISTORY, values)
      : await database.run(PARTITION_HISTORY, [...values, partition]);
  return rows.map((row) => HappeningRow.parse(row));
}

export function placeOf({ id, part, kind }: AssetHappening): HistoryPlace {
  return { id, part, isCheck: kind === 'check' };
}

// Each half gives at most a page, in the order of its index, and both together are a page again. The planner must not know which
// asset it is: of one with many events it would look through those of all, newest first.
function historyOf(condition: string): string {
  return `
select found.*
from unnest(array[$1::text]) as wanted (asset)
cross join lateral (
  (select id, part, false as is_check, kind, nullif(partition, '') as partition, at, dag_id as "dagId", run_id as "runId",
     task_id as "taskId", record_id as "recordId", metadata, data_version as "dataVersion", code_version as "codeVersion",
     null::text as name, null::boolean as passed, null::text as severity, null::boolean as blocking, null::text as description
   from asset_event e
   where e.asset = wanted.asset ${condition} and (id, part) <= ($2, $3) and (id, part, false) < ($2, $3, $4)
   order by id desc, part desc
   limit $5)
  union all
  (select id, part, true, 'check', nullif(partition, ''), at, dag_id, run_id, task_id, null, metadata, null, null,
     name, passed, severity, blocking, description
   from check_result c
   where c.asset = wanted.asset ${condition} and (id, part) <= ($2, $3) and (id, part, true) < ($2, $3, $4)
   order by id desc, part desc
   limit $5)
) found
order by id desc, part desc, is_check desc
limit $5`;
}

const HISTORY = historyOf('');
const PARTITION_HISTORY = historyOf('and partition = $6');

const HappeningRow = z.discriminatedUnion('kind', [EventRow, CheckEventRow]);
