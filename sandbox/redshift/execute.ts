import { type Lease, isInTransaction, lease } from './connections.ts';
import { type Machine, runPart } from './run-part.ts';
import type { Session } from './session.ts';
import { fromPostgres } from './sql/foreign-errors.ts';
import { errorText } from './sql/redshift-error.ts';
import { BEGIN } from './sql/transactions.ts';
import type { Part, Statement } from './statement.ts';

/** Carries a submitted statement to its end; never rejects: an error is the statement's status. */
export async function execute(statement: Statement, session: Session | undefined, machine: Machine): Promise<void> {
  let held: Lease | undefined;
  let touched = true;
  const started = process.hrtime.bigint();
  try {
    held = await lease(machine.pool, machine.sessions, session);
    statement.move('PICKED');
    statement.backendId = backendOf(held);
    statement.move('STARTED');
    touched = await runAll(statement, held, machine);
    await settle(held, touched);
    finish(statement, started, undefined);
  } catch (error) {
    if (held !== undefined) await settle(held, true).catch(() => undefined);
    finish(statement, started, fail(statement, error, machine));
  }
}

/** The connection is given back before the statement is called final, so that a caller who waited finds the session idle. */
async function settle(held: Lease, touched: boolean): Promise<void> {
  await held.release(touched);
}

function backendOf({ connection }: Lease): number | undefined {
  const id: unknown = Reflect.get(connection, 'processID');
  return typeof id === 'number' ? id : undefined;
}

function finish(statement: Statement, started: bigint, error: string | undefined): void {
  statement.durationNs = Number(process.hrtime.bigint() - started);
  statement.error = error;
  if (error === undefined) return statement.move('FINISHED');
  statement.move(statement.cancelled.signal.aborted ? 'ABORTED' : 'FAILED');
}

/** @returns whether the statements may have left something on the connection */
async function runAll(statement: Statement, held: Lease, machine: Machine): Promise<boolean> {
  const { isBatch, executionMode } = statement.request;
  if (!isBatch) return runOne(statement, statement.parts[0], { machine, lease: held });
  return executionMode === 'AUTO_COMMIT'
    ? runSeparately(statement, held, machine)
    : runTogether(statement, held, machine);
}

interface Tools {
  readonly machine: Machine;
  readonly lease: Lease;
}

async function runOne(statement: Statement, part: Part | undefined, tools: Tools): Promise<boolean> {
  if (part === undefined) return false;
  const { touchesSession } = await runPart(statement, part, tools);
  return touchesSession;
}

/** One transaction: any failure undoes all. */
async function runTogether(statement: Statement, held: Lease, machine: Machine): Promise<boolean> {
  const { connection } = held;
  let touched = false;
  if (!isInTransaction(connection)) await connection.query(BEGIN);
  try {
    for (const part of statement.parts) {
      touched = (await runOne(statement, part, { machine, lease: held })) || touched;
      // TRUNCATE has committed; what follows is a transaction of its own.
      if (!isInTransaction(connection)) await connection.query(BEGIN);
    }
    await connection.query('commit');
    return touched;
  } catch (error) {
    await connection.query('rollback').catch(() => undefined);
    throw error;
  }
}

/** Each statement commits alone; a failure does not stop the others. */
async function runSeparately(statement: Statement, held: Lease, machine: Machine): Promise<boolean> {
  let touched = false;
  let first: { readonly error: unknown } | undefined;
  for (const part of statement.parts) {
    try {
      touched = (await runOne(statement, part, { machine, lease: held })) || touched;
    } catch (error) {
      if (statement.cancelled.signal.aborted) throw error;
      markPart(statement, part, textOf(error, machine));
      first ??= { error };
    }
  }
  if (first !== undefined) throw fromPostgres(first.error, machine.names.inFull);
  return touched;
}

/** Marks the parts and gives the text of the whole: in a batch it names the failing query. */
function fail(statement: Statement, error: unknown, machine: Machine): string {
  const text = statement.cancelled.signal.aborted ? "ERROR: Query cancelled on user's request" : textOf(error, machine);
  const failed = statement.parts.find((part) => part.status === 'FAILED');
  const at = failed ?? statement.parts.find((part) => part.status === 'STARTED') ?? statement.parts[0];
  if (at !== undefined && failed === undefined) markPart(statement, at, text);
  for (const part of statement.parts) if (part.status === 'SUBMITTED') statement.movePart(part, 'ABORTED');
  if (!statement.request.isBatch || at === undefined) return text;
  return `Query #${statement.parts.indexOf(at) + 1} failed with ${at.error ?? text}`;
}

function markPart(statement: Statement, part: Part, text: string): void {
  part.error = text;
  statement.movePart(part, statement.cancelled.signal.aborted ? 'ABORTED' : 'FAILED');
}

function textOf(error: unknown, machine: Machine): string {
  return errorText(fromPostgres(error, machine.names.inFull));
}
