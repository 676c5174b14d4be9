import type { Executor } from './database.ts';

/** Until the end of the transaction, nobody else makes or activates runs of the dag. Never ask twice: not on a second connection. */
export async function lockDag(transaction: Executor, dagId: string): Promise<void> {
  await transaction.run(LOCK, [dagId]);
}

const LOCK = { name: 'dag_lock', text: `select pg_advisory_xact_lock(hashtext('windrow dag ' || $1))` };
