import { type PluginDatabase, Temporal } from '#framework';
import { z } from 'zod';

import { Metadata } from '../metadata.ts';
import type { EventCursor } from './asset-events.ts';

export const CheckEventRow = z.object({
  id: z.number(),
  part: z.number(),
  kind: z.literal('check'),
  name: z.string(),
  partition: z.string().nullable(),
  at: z.instanceof(Temporal.Instant),
  dagId: z.string(),
  runId: z.number().nullable(),
  taskId: z.string().nullable(),
  passed: z.boolean(),
  severity: z.enum(['warn', 'error']),
  blocking: z.boolean(),
  description: z.string().nullable(),
  metadata: Metadata,
});
/** The result of a check. */
export type CheckEvent = Readonly<z.infer<typeof CheckEventRow>>;

export interface CheckFilter {
  readonly asset: string;
  readonly name: string;
  readonly before?: EventCursor;
  /** Default 50. */
  readonly limit?: number;
}

/** The results of one check, newest first. */
export async function checkHistory(
  database: PluginDatabase,
  { asset, name, before, limit = 50 }: CheckFilter,
): Promise<readonly CheckEvent[]> {
  const bounds = [before?.id ?? Number.MAX_SAFE_INTEGER, before?.part ?? 0, limit];
  const rows = await database.run(RESULTS, [asset, name, ...bounds]);
  return rows.map((row) => CheckEventRow.parse(row));
}

const RESULTS = `
select id, part, 'check' as kind, name, nullif(partition, '') as partition, at, dag_id as "dagId", run_id as "runId", task_id as "taskId",
  passed, severity, blocking, description, metadata
from check_result
where asset = $1 and name = $2 and (id, part) < ($3, $4)
order by id desc, part desc
limit $5`;
