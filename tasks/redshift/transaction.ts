import { Failure } from '#framework';

import type { Place } from './client.ts';
import { isConflict, isRefusedCall } from './errors.ts';
import { type ProcedureName, asProcedures, isProcedureStatement } from './sql/load/procedure.ts';
import type { Statement } from './sql/text.ts';
import { MOST_STATEMENTS, type RunOptions, type Warehouse } from './warehouse.ts';

export const TRANSACTION_PATHS = ['batch', 'procedure', 'session'] as const;
export type TransactionPath = (typeof TRANSACTION_PATHS)[number];

/** What one transaction does. The first and the last statements stand alone, so that a lock comes before anything looks. */
export interface TransactionWork {
  readonly first: readonly Statement[];
  readonly middle: readonly Statement[];
  /** May say how the transaction ran. */
  readonly last: (path: TransactionPath) => readonly Statement[];
  /** Nothing in the schema is called so. */
  readonly procedure: ProcedureName;
}

/**
 * A session outlives its last statement by this long. It ends the transaction of a worker that died, which locks out its
 * successor meanwhile, so it ends before the lease of 5 s does: a restart waits for the lease only. The time counts from
 * the end of a statement, however long that took, to the next one; a living worker sends that at once, or 2 s later where
 * it looks whether a slow one has ended. Should throttles hold it up longer, the session is lost before the commit and
 * the load repeats its whole transaction.
 */
const KEEP_ALIVE_SECONDS = 3;

/**
 * Runs the work in one transaction: up to 40 statements as one batch call; more as a batch as well, in which procedures hold
 * them, and where Redshift takes none (or they are too long for it) in a session between BEGIN and COMMIT, a call each.
 * A failure means that nothing was applied, unless the answer to the commit was lost: ask the load log.
 */
export async function runTransaction(
  warehouse: Warehouse,
  work: TransactionWork,
  options: RunOptions = {},
): Promise<TransactionPath> {
  const whole = (path: TransactionPath) => [...work.first, ...work.middle, ...work.last(path)];
  const path = whole('batch').length <= MOST_STATEMENTS ? 'batch' : 'procedure';
  const batch =
    path === 'batch' ? whole(path) : [...work.first, ...asProcedures(work.middle, work.procedure), ...work.last(path)];
  if (batch.length <= MOST_STATEMENTS && (await ranAsBatch(warehouse, batch, options))) return path;
  await inSession(warehouse, { statements: whole('session'), end: 'commit' }, options);
  return 'session';
}

/**
 * False where a session may do better: it tells which statement of a procedure failed, needs no right to make one, and its calls
 * are small.
 */
async function ranAsBatch(
  warehouse: Warehouse,
  statements: readonly Statement[],
  options: RunOptions,
): Promise<boolean> {
  try {
    await warehouse.run(statements, options);
    return true;
  } catch (error) {
    if (isRefusedCall(error) || isOfProcedure(error)) return false;
    throw error;
  }
}

function isOfProcedure(error: unknown): boolean {
  return error instanceof Failure && !isConflict(error) && isProcedureStatement(error.details['statement']);
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
