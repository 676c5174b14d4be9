import type { Place } from './client.ts';
import type { Statement } from './sql/text.ts';
import { MOST_STATEMENTS, type RunOptions, type Warehouse } from './warehouse.ts';

export type TransactionPath = 'batch' | 'session';

/** A session outlives its last statement by this long; it ends the transaction of a worker that died. */
const KEEP_ALIVE_SECONDS = 60;

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
  const { sessionId } = await warehouse.run([{ name: 'begin', sql: 'begin' }], {
    ...options,
    place: { kind: 'new_session', keepAliveSeconds: KEEP_ALIVE_SECONDS },
  });
  const place: Place = { kind: 'session', sessionId: sessionId ?? '' };
  try {
    for (const [index, statement] of statements.entries()) {
      await warehouse.run([statement], { ...options, place, series: { first: index + 1, length: statements.length } });
    }
    await warehouse.run([{ name: 'commit', sql: 'commit' }], { ...options, place });
    return 'session';
  } catch (error) {
    // Frees the locks at once; without it the session's end would, a minute later.
    await warehouse.run([{ name: 'roll back', sql: 'rollback' }], { place }).catch(() => undefined);
    throw error;
  }
}
