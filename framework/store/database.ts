import pg from 'pg';

import type { Closable } from '../core/closable.ts';
import { type Millis, seconds } from '../core/duration.ts';
import { RemoteFailure } from '../core/failures.ts';
import type { Log } from '../core/log.ts';
import { Temporal } from '../core/time.ts';
import { retryConflicts } from './retry-conflicts.ts';

export type Row = Readonly<Record<string, unknown>>;

/** A statement with a name is prepared once per connection. */
export interface Statement {
  readonly name?: string;
  readonly text: string;
  /** May take as long as it takes: for changes of tables. */
  readonly patient?: true;
}

/** Something statements run on: the pool, or one transaction. */
export interface Executor {
  readonly run: (statement: Statement, values?: readonly unknown[]) => Promise<readonly Row[]>;
}

export interface Transaction extends Executor {
  /** Runs a statement and sends the commit along, which saves a round trip. When the statement fails, nothing is committed. */
  readonly runLast: Executor['run'];
}

export interface Database extends Executor, Closable {
  /**
   * Commits when `work` returns and rolls back when it throws. After a deadlock or a serialization failure it calls `work` anew,
   * so `work` changes nothing outside of the transaction.
   */
  readonly transaction: <T>(work: (transaction: Transaction) => Promise<T>) => Promise<T>;
  /** Commits without waiting for the disk: only for what may be forgotten when the server crashes within a second. */
  readonly forgetful: Executor;
  readonly pool: pg.Pool;
}

export interface DatabaseOptions {
  readonly url: string;
  readonly log: Log;
  readonly connections?: number;
  /** A connection that gives no answer for so long is dead, as behind a lost route, where nothing else would tell. */
  readonly answerMs?: Millis;
  /** Who does what is done by it, for the audit log: whoever gave a command, or those whom a server serves. Default: `server`. */
  readonly deedsFrom?: 'cli' | 'server';
}

/** All tables lie in this schema; BullMQ's PostgreSQL backend keeps its own. */
export const SCHEMA = 'windrow';

/**
 * Statements find their rows by key, few of many. Plans of prepared statements are made once, when the tables may still be
 * nearly empty, and then read and hashed them whole: 0.8 ms of processor time per task, 1.6 ms after 2,000 runs; by key it stays at 0.6 ms.
 */
const SESSION = [
  `search_path=${SCHEMA}`,
  'timezone=UTC',
  'enable_seqscan=off',
  'enable_hashjoin=off',
  'enable_mergejoin=off',
  // Whoever stops in the middle of a transaction, as a suspended command or a machine without power does, gives back its locks:
  // one locked run would hold up every finish of a worker.
  'idle_in_transaction_session_timeout=10s',
  'tcp_keepalives_idle=10',
  'tcp_keepalives_interval=5',
  'tcp_keepalives_count=3',
  // Before version 18, a plan that cannot do without a method switched off looks costly enough to be compiled.
  'jit=off',
  // Every statement is made for any values: planned once per connection, a hop takes 2.6 to 3.1 ms instead of 3.8 to 4.4.
  'plan_cache_mode=force_generic_plan',
];

/** What a timer can wait for. */
const LONGEST = 2 ** 31 - 1;

/** `timestamptz` arrives as `Temporal.Instant`, `bigint` as a JavaScript number, `jsonb` parsed, `date` as text. */
export function openDatabase(options: DatabaseOptions): Database {
  const { log, deedsFrom = 'server' } = options;
  const session = [...SESSION, `windrow.source=${deedsFrom}`];
  const pool = openPool(options, { max: options.connections ?? 10, session });
  const forgetful = openPool(options, { max: 2, session: [...session, 'synchronous_commit=off'] });
  let closing: Promise<void> | undefined;
  return {
    pool,
    run: (statement, values) => retryConflicts(log, () => execute(pool, statement, values)),
    transaction: (work) => retryConflicts(log, () => transaction(pool, work)),
    forgetful: { run: (statement, values) => retryConflicts(log, () => execute(forgetful, statement, values)) },
    close: () => (closing ??= endAll([pool, forgetful])),
  };
}

async function endAll(pools: readonly pg.Pool[]): Promise<void> {
  await Promise.all(pools.map((pool) => pool.end()));
}

interface PoolOptions {
  readonly max: number;
  readonly session: readonly string[];
}

function openPool({ url, log, answerMs = seconds(30) }: DatabaseOptions, { max, session }: PoolOptions): pg.Pool {
  const pool = new pg.Pool({
    connectionString: url,
    max,
    options: session.map((setting) => `-c ${setting}`).join(' '),
    application_name: 'windrow',
    types: ownTypes(),
    pipeline: true,
    keepAlive: true,
    query_timeout: answerMs,
    connectionTimeoutMillis: answerMs,
  });
  // An idle connection that breaks is replaced by the pool; without a listener Node would end the process.
  pool.on('error', (error) => log.warn('A database connection broke', { message: error.message }));
  // Of one that is in use its user hears by the statement; the pool listens to idle ones only.
  pool.on('connect', (client) => client.on('error', () => {}));
  return pool;
}

async function transaction<T>(pool: pg.Pool, work: (transaction: Transaction) => Promise<T>): Promise<T> {
  const client = await connected(pool);
  let broken: Error | undefined;
  try {
    return await committed(client, work);
  } catch (error) {
    await client.query('rollback').catch((cause: unknown) => {
      broken = cause instanceof Error ? cause : new Error('rollback failed', { cause });
    });
    throw error;
  } finally {
    client.release(broken);
  }
}

/** `begin` travels with the first statement and `commit` may travel with the last: three round trips for a finish, not five. */
async function committed<T>(client: pg.PoolClient, work: (transaction: Transaction) => Promise<T>): Promise<T> {
  const begun = client.query('begin');
  // Whoever runs a statement or commits hears of its failure; work that throws before that has a failure of its own.
  begun.catch(() => {});
  let ended: Promise<unknown> | undefined;
  const run: Executor['run'] = async (statement, values) => {
    const [, rows] = await Promise.all([begun, execute(client, statement, values)]);
    return rows;
  };
  const runLast: Executor['run'] = async (statement, values) => {
    const last = run(statement, values);
    ended = client.query('commit');
    const [rows] = await Promise.all([last, ended]);
    return rows;
  };
  const result = await work({ run, runLast });
  await (ended ?? Promise.all([begun, client.query('commit')]));
  return result;
}

async function connected(pool: pg.Pool): Promise<pg.PoolClient> {
  try {
    return await pool.connect();
  } catch (cause) {
    throw unreachable(cause);
  }
}

async function execute(
  on: pg.Pool | pg.PoolClient,
  statement: Statement,
  values: readonly unknown[] = [],
): Promise<readonly Row[]> {
  const { patient, ...query } = statement;
  const { rows } = await on.query<Row>({
    ...query,
    values: [...values],
    ...(patient ? { query_timeout: LONGEST } : {}),
  });
  return rows;
}

function unreachable(cause: unknown): RemoteFailure {
  const message = cause instanceof Error ? cause.message : String(cause);
  return new RemoteFailure(
    'E_DATABASE_UNREACHABLE',
    `Cannot reach Windrow's own PostgreSQL: ${message}. Check DATABASE_URL and that the server runs.`,
    { cause },
  );
}

function ownTypes(): pg.TypeOverrides {
  const types = new pg.TypeOverrides();
  types.setTypeParser(pg.types.builtins.INT8, Number);
  types.setTypeParser(pg.types.builtins.NUMERIC, (text) => text);
  types.setTypeParser(pg.types.builtins.DATE, (text) => text);
  types.setTypeParser(pg.types.builtins.TIMESTAMPTZ, (text) => Temporal.Instant.from(isoInstant(text)));
  return types;
}

/** PostgreSQL writes `2026-01-20 13:15:00.5+00`. */
function isoInstant(text: string): string {
  return text.replace(' ', 'T').replace(/\+00$/, 'Z');
}
