import { z } from 'zod';

import { onlyGiven } from '../../core/only-given.ts';
import type { Executor } from '../database.ts';

/** Something that changed: what happened, and to which dag, run and record. */
export interface Change {
  /** The kind of an event, `task_ended` for the end of a try, or `plugin_heard`. */
  readonly kind: string;
  readonly dagId?: string;
  readonly runId?: number;
  readonly recordId?: number;
}

/** The most that one look tells apart; behind more than that anything may have changed. */
const MOST = 500;

/** What changed by the events and ended tries with ids behind `from` and up to `to`; the same change stands there once. */
export async function readChanges(
  executor: Executor,
  { from, to }: { readonly from: number; readonly to: number },
): Promise<readonly Change[]> {
  const rows = await executor.run(READ, [from, to, MOST]);
  return rows.length < MOST ? rows.map((row) => ChangeRow.parse(row)) : [{ kind: 'much' }];
}

const READ = {
  name: 'read_changes',
  text: `
select distinct told.kind, coalesce(r.dag_id, told.dag_id) as "dagId", told.run_id as "runId", coalesce(r.record_id, told.record_id) as "recordId"
from (
  select kind, dag_id, run_id, record_id from event where id > $1 and id <= $2
  union all
  select 'task_ended', null, run_id, null from task_attempt where id > $1 and id <= $2
) told
left join dag_run r on r.id = told.run_id
limit $3`,
};

const Absent = z.null().transform(() => undefined);

const ChangeRow = z
  .object({
    kind: z.string(),
    dagId: z.union([z.string(), Absent]),
    runId: z.union([z.number(), Absent]),
    recordId: z.union([z.number(), Absent]),
  })
  .transform(({ kind, dagId, runId, recordId }): Change => ({
    kind,
    ...onlyGiven({ dagId, runId, recordId }),
  }));
