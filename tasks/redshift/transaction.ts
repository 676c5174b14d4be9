import type { Place } from './client.ts';
import type { Statement } from './sql/text.ts';
import { MOST_STATEMENTS, type RunOptions, type Warehouse } from './warehouse.ts';

export type TransactionPath = 'batch' | 'session';

/**
 * A session outlives its last statement by this long. It ends the transaction of a worker that died, which locks out its
 * successor meanwhile, so it ends before the lease of 5 s does: a restart waits for the lease only. The time counts from
 * the end of a statement, however long that took, to the next one; a living worker sends that at once, or 2 s later where
 * it looks whether a slow one has ended. Should throttles hold it up longer, the session is lost before the commit and
 * the load repeats its whole transaction.
 */
const KEEP_ALIVE_SECONDS = 3;

/**
 * Runs the statements in one transaction: up to 40 as one batch call, more in a session between BEGIN and COMMIT.
 * A failure means that nothing was applied, unless the answer to the commit was lost: ask the load log.
 */
export async function runTransaction(
  warehouse: Warehouse,
  statements: readonly Statement[],
  options: RunOptions = {},
): Promise<TransactionPath> {
  if (statements.length <= MOST_STATEMENTS) {
    await warehouse.run(statements, options);
    return 'batch';
  }
  await inSession(warehouse, { statements, end: 'commit' }, options);
  return 'session';
}

/** Runs the statements in one transaction and takes them back: nothing stays, even where this process ends half-way. */
export async function rehearse(
  warehouse: Warehouse,
  statements: readonly Statement[],
  options: RunOptions = {},
): Promise<void> {
  await inSession(warehouse, { statements, end: 'rollback' }, options);
}

interface SessionWork {
  readonly statements: readonly Statement[];
  readonly end: 'commit' | 'rollback';
}

async function inSession(warehouse: Warehouse, { statements, end }: SessionWork, options: RunOptions): Promise<void> {
  const { sessionId } = await warehouse.run([{ name: 'begin', sql: 'begin' }], {
    ...options,
    place: { kind: 'new_session', keepAliveSeconds: KEEP_ALIVE_SECONDS },
  });
  const place: Place = { kind: 'session', sessionId: sessionId ?? '' };
  try {
    for (const [index, statement] of statements.entries()) {
      await warehouse.run([statement], { ...options, place, series: { first: index + 1, length: statements.length } });
    }
    await warehouse.run([{ name: end, sql: end }], { ...options, place });
  } catch (error) {
    // Frees the locks at once; without it the session's end would, seconds later.
    await warehouse.run([{ name: 'roll back', sql: 'rollback' }], { place }).catch(() => undefined);
    throw error;
  }
}
