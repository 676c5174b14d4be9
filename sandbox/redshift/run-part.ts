import { setTimeout as delay } from 'node:timers/promises';

import type { Pool, QueryArrayResult } from 'pg';

import { type Connection, type Lease, isInTransaction } from './connections.ts';
import { type CopyTools, runCopy } from './copy/run-copy.ts';
import type { Faults } from './faults.ts';
import type { Limits } from './limits.ts';
import type { LongNames } from './long-names.ts';
import { refuseByPermission, shownByFault } from './refusals.ts';
import { resultSet } from './results.ts';
import type { Sessions } from './session.ts';
import { BEGIN } from './sql/transactions.ts';
import { fromPostgres, serializableViolation } from './sql/foreign-errors.ts';
import { prepare } from './sql/prepare.ts';
import type { Prepared } from './sql/prepared.ts';
import { CALL, keptStatements, refuseInProcedure } from './sql/procedure.ts';
import { RedshiftError } from './sql/redshift-error.ts';
import { tokenize } from './sql/tokenize.ts';
import type { Part, Statement } from './statement.ts';

/** What running statements needs. */
export interface Machine {
  readonly pool: Pool;
  readonly sessions: Sessions;
  readonly faults: Faults;
  readonly limits: Limits;
  readonly names: LongNames;
  readonly copy: CopyTools;
}

/** Runs one SQL statement; its outcome is written into the part. @throws RedshiftError */
export async function runPart(
  statement: Statement,
  part: Part,
  tools: { machine: Machine; lease: Lease },
): Promise<Prepared> {
  const { machine, lease } = tools;
  statement.cancelled.signal.throwIfAborted();
  statement.movePart(part, 'STARTED');
  const started = process.hrtime.bigint();
  try {
    const prepared = await runSql(part.sql, { ...tools, statement, part, isInProcedure: false });
    statement.movePart(part, 'FINISHED');
    return prepared;
  } catch (error) {
    await abortTransaction(lease.connection);
    throw fromPostgres(error, machine.names.inFull);
  } finally {
    part.durationNs = Number(process.hrtime.bigint() - started);
  }
}

interface Running {
  readonly machine: Machine;
  readonly lease: Lease;
  readonly statement: Statement;
  readonly part: Part;
  readonly isInProcedure: boolean;
}

async function runSql(sql: string, running: Running): Promise<Prepared> {
  await misbehave(sql, running);
  const prepared = await read(sql, running);
  if (running.isInProcedure) refuseInProcedure(prepared);
  if (prepared.title === CALL) return callProcedure(prepared, running);
  await run(prepared, running);
  return prepared;
}

/** One transaction, as Redshift makes it. Each statement runs as if it had come alone; what it finds is thrown away. */
async function callProcedure(call: Prepared, running: Running): Promise<Prepared> {
  const { part, lease, statement } = running;
  const { connection } = lease;
  const { rows } = await queryRaw(connection, call.postgres);
  const isOwn = !isInTransaction(connection);
  if (isOwn) await connection.query(BEGIN);
  let touchesSession = false;
  try {
    for (const sql of keptStatements(rows[0]?.[0] ?? '')) {
      statement.cancelled.signal.throwIfAborted();
      const ran = await runSql(sql, { ...running, isInProcedure: true });
      touchesSession ||= ran.touchesSession;
    }
    if (isOwn) await connection.query('commit');
  } catch (error) {
    if (isOwn) await connection.query('rollback').catch(() => undefined);
    throw error;
  }
  part.rows = 0;
  part.result = undefined;
  return { ...call, touchesSession };
}

async function misbehave(whole: string, { machine, lease, statement }: Running): Promise<void> {
  // The statements of a procedure are asked when they run.
  const [sql = ''] = whole.split('$$', 1);
  const slow = machine.faults.take('slow_statement', { sql });
  if (slow !== undefined) await holdUp(slow.ms, statement.cancelled.signal, machine.faults.cleared);
  if (machine.faults.take('login_refused', {}) !== undefined)
    throw new RedshiftError('FATAL: password authentication failed for user "loader"');
  if (lease.session !== undefined && machine.faults.take('session_loss', { sql }) !== undefined) {
    await machine.sessions.close(lease.session);
    throw new RedshiftError('Session is not available');
  }
  if (machine.faults.take('serializable_violation', { sql }) !== undefined) throw serializableViolation('100071');
  const failing = machine.faults.take('fail_statement', { sql });
  if (failing !== undefined)
    throw new RedshiftError(failing.message ?? 'XX000: the statement failed because the stand-in was told so');
}

async function holdUp(ms: number, cancelled: AbortSignal, cleared: AbortSignal): Promise<void> {
  await delay(ms, undefined, { signal: AbortSignal.any([cancelled, cleared]) }).catch((error: unknown) => {
    if (cancelled.aborted) throw error;
  });
}

async function read(sql: string, { statement, machine }: Running): Promise<Prepared> {
  const tokens = tokenize(sql);
  const used = new Set(tokens.flatMap((token) => (token.kind === 'parameter' ? [token.value] : [])));
  const prepared = prepare(
    tokens,
    statement.request.parameters.filter(({ name }) => used.has(name)),
  );
  await machine.names.keep(tokens);
  refuseByPermission(prepared, sql, machine.faults);
  return shownByFault(prepared, sql, machine.faults);
}

async function run(prepared: Prepared, { machine, lease, part }: Running): Promise<void> {
  const { connection } = lease;
  if (prepared.transaction === 'outside_only' && isInTransaction(connection)) {
    throw new RedshiftError(`${prepared.title} cannot run inside a transaction block`);
  }
  if (prepared.copy !== undefined) {
    await runCopy(prepared.copy, connection, { ...machine.copy, queryId: part.queryId });
    // The service reports no rows for COPY; pg_last_copy_count() does.
    part.rows = 0;
    return;
  }
  // A lock lasts as long as its transaction: outside one it has no effect.
  const isIdle = prepared.postgres === '' || (prepared.title === 'LOCK' && !isInTransaction(connection));
  const result = isIdle ? undefined : await queryRaw(connection, prepared.postgres);
  part.rows = result === undefined ? 0 : affected(result);
  if (result !== undefined && result.fields.length > 0) part.result = resultSet(result, machine.limits);
  if (prepared.transaction === 'commits' && isInTransaction(connection)) await connection.query('commit');
}

const ASIS = { getTypeParser: () => (text: string | Buffer) => String(text) };

/** Values as PostgreSQL prints them. A text of several statements gives the change among them, or no rows. */
async function queryRaw(connection: Connection, text: string): Promise<QueryArrayResult<(string | null)[]>> {
  const answer = await connection.query<(string | null)[]>({ text, rowMode: 'array', types: ASIS });
  if (!isList(answer)) return answer;
  const last = answer.findLast((result) => ['INSERT', 'UPDATE', 'DELETE', 'MERGE'].includes(result.command));
  return { command: 'OK', oid: 0, rowCount: last?.rowCount ?? 0, rows: [], fields: [] };
}

function isList(answer: unknown): answer is QueryArrayResult<(string | null)[]>[] {
  return Array.isArray(answer);
}

function affected(result: QueryArrayResult<(string | null)[]>): number {
  return result.fields.length > 0 ? result.rows.length : (result.rowCount ?? 0);
}

/** What the rewriting refused never reached PostgreSQL, yet the open transaction must be dead afterwards. */
async function abortTransaction(connection: Connection): Promise<void> {
  if (connection.getTransactionStatus() !== 'T') return;
  await connection.query('do $$ begin raise exception $e$aborted$e$; end $$').catch(() => undefined);
}
