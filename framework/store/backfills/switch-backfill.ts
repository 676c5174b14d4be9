import type { Database, Executor } from '../database.ts';
import { RunIdColumn } from '../runs/run-rows.ts';
import type { RunId } from '../../core/ids.ts';
import { type BackfillView, findBackfill } from './read-backfills.ts';

export type SwitchedBackfill =
  | { readonly kind: 'switched'; readonly backfill: BackfillView }
  | { readonly kind: 'refused'; readonly reason: string }
  | { readonly kind: 'not_found' };

/** No window begins from now on; those that are active go on. */
export async function pauseBackfill(database: Database, id: number, by: string): Promise<SwitchedBackfill> {
  return change(database, { id, kind: 'backfill_paused', by }, async (transaction, { state }) => {
    if (state !== 'running') return `Backfill ${id} is ${state}: only a running one can be paused.`;
    await transaction.run(PAUSE, [id]);
    return undefined;
  });
}

/** Goes on with a paused backfill, and runs the windows of an ended one again that failed or were cancelled. */
export async function resumeBackfill(database: Database, id: number, by: string): Promise<SwitchedBackfill> {
  return change(database, { id, kind: 'backfill_resumed', by }, async (transaction, { state, endedAt, counts }) => {
    if (state === 'running') return `Backfill ${id} is running already.`;
    if (state === 'cancelled' && endedAt === null) {
      return `Backfill ${id} is being cancelled and has open runs. Resume it after their end.`;
    }
    if (endedAt !== null && counts.failed + counts.cancelled === 0) {
      return `Backfill ${id} is ${state}: every window of it is done.`;
    }
    if (endedAt !== null) await transaction.run(AGAIN, [id]);
    await transaction.run(RESUME, [id]);
    return undefined;
  });
}

/** Gives up the windows that have not begun. The runs of those that have are to be cancelled behind it. */
export async function cancelBackfill(database: Database, id: number, by: string): Promise<SwitchedBackfill> {
  return change(database, { id, kind: 'backfill_cancelled', by }, async (transaction, { state, endedAt }) => {
    if (endedAt !== null) return `Backfill ${id} is ${state}; there is nothing to cancel.`;
    await transaction.run(CANCEL, [id]);
    await transaction.run(CANCEL_WINDOWS, [id]);
    return undefined;
  });
}

/** The runs that cancelled backfills of a dag made and that nobody has cancelled yet. */
export async function findRunsToCancel(executor: Executor, dagId: string): Promise<readonly RunId[]> {
  const rows = await executor.run(TO_CANCEL, [dagId]);
  return rows.map(({ id }) => RunIdColumn.parse(id));
}

interface Change {
  readonly id: number;
  readonly kind: string;
  /** Who asks for it. */
  readonly by: string;
}

/** `work` says why not, or makes the change under the lock of the backfill. */
async function change(
  database: Database,
  { id, kind, by }: Change,
  work: (transaction: Executor, backfill: BackfillView) => Promise<string | undefined>,
): Promise<SwitchedBackfill> {
  return database.transaction(async (transaction): Promise<SwitchedBackfill> => {
    await transaction.run(LOCK, [id]);
    const before = await findBackfill(transaction, id);
    if (before === undefined) return { kind: 'not_found' };
    const reason = await work(transaction, before);
    if (reason !== undefined) return { kind: 'refused', reason };
    await transaction.run(TELL, [kind, before.dagId, id, by]);
    return { kind: 'switched', backfill: (await findBackfill(transaction, id)) ?? before };
  });
}

const LOCK = { text: 'select id from backfill where id = $1 for update' };
const TELL = {
  text: `insert into event (kind, dag_id, details) values ($1, $2, jsonb_build_object('backfill', $3::bigint, 'by', $4::text))`,
};
const PAUSE = { text: `update backfill set state = 'paused' where id = $1` };
const RESUME = { text: `update backfill set state = 'running', ended_at = null where id = $1` };
const CANCEL = { text: `update backfill set state = 'cancelled' where id = $1` };

const AGAIN = {
  text: `
update backfill_window set state = 'pending', run_id = null, reason = null
where backfill_id = $1 and state in ('failed', 'cancelled')`,
};

const CANCEL_WINDOWS = {
  text: `
update backfill_window set state = 'cancelled', reason = 'the backfill was cancelled'
where backfill_id = $1 and state = 'pending'`,
};

const TO_CANCEL = {
  name: 'backfill_runs_to_cancel',
  text: `
select r.id
from backfill b
join backfill_window w on w.backfill_id = b.id and w.state = 'active'
join dag_run r on r.id = w.run_id
where b.dag_id = $1 and b.ended_at is null and b.state = 'cancelled'
  and r.kind = 'backfill' and r.state in ('queued', 'running') and not r.cancel_requested
order by r.id`,
};
