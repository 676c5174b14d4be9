import type { Client, Pool, PoolClient } from 'pg';

import type { Session, Sessions } from './session.ts';

export type Connection = Client | PoolClient;

/** A connection for one statement or batch. */
export interface Lease {
  readonly connection: Connection;
  readonly session: Session | undefined;
  /** Gives it back; `touched` when the statements may have left something on it. */
  readonly release: (touched: boolean) => Promise<void>;
}

/** A session's own connection, or any: calls without a session share no state. */
export async function lease(pool: Pool, sessions: Sessions, session: Session | undefined): Promise<Lease> {
  if (session !== undefined) {
    await sessions.connect(session);
    return { connection: session.client, session, release: () => Promise.resolve(sessions.end(session)) };
  }
  const connection = await pool.connect();
  return { connection, session: undefined, release: (touched) => giveBack(connection, touched) };
}

/** DISCARD ALL but for prepared statements, which callers cannot make: those of COPY serve again. */
const CLEAN = 'close all; reset all; discard temp; discard sequences; select pg_advisory_unlock_all()';

async function giveBack(connection: PoolClient, touched: boolean): Promise<void> {
  try {
    if (isInTransaction(connection)) await connection.query('rollback');
    if (touched) await connection.query(CLEAN);
    connection.release();
  } catch {
    // A connection that cannot be cleaned is closed, and the pool opens another.
    connection.release(true);
  }
}

export function isInTransaction(connection: Connection): boolean {
  const status = connection.getTransactionStatus();
  return status === 'T' || status === 'E';
}
