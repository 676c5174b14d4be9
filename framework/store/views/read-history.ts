import { z } from 'zod';

import type { Json } from '../../core/json.ts';
import type { Temporal } from '../../core/time.ts';
import type { Executor } from '../database.ts';
import { InstantColumn } from '../runs/run-rows.ts';

/** Something that happened to a sensor or a backfill, or that somebody did to it. */
export interface HistoryEntry {
  readonly id: number;
  readonly at: Temporal.Instant;
  readonly kind: string;
  readonly details: Readonly<Record<string, Json>>;
}

/** A sensor or a backfill, by what its events name. */
export type Subject = { readonly sensor: string } | { readonly backfill: number };

/** Newest first. What began with a run stands in the items or the windows instead. */
export async function readHistory(
  executor: Executor,
  of: { readonly dagId: string; readonly subject: Subject },
  limit: number,
): Promise<readonly HistoryEntry[]> {
  const rows = await executor.run(READ, [of.dagId, JSON.stringify(of.subject), limit]);
  return rows.map((row) => HistoryRow.parse(row));
}

const READ = {
  name: 'read_history',
  text: `
select id, at, kind, details
from event
where dag_id = $1 and run_id is null and record_id is null and details @> $2::jsonb
order by id desc
limit $3`,
};

const HistoryRow = z.object({
  id: z.number(),
  at: InstantColumn,
  kind: z.string(),
  details: z.record(z.string(), z.json()),
});
