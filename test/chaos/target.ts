import type { Closable } from '#framework';
import pg from 'pg';

/** Where an effect belongs: it must be there once for every window and task. */
export interface EffectKey {
  readonly dagId: string;
  readonly windowStart: string;
  readonly taskId: string;
}

export interface Effect extends EffectKey {
  /** One intended effect: the same for every try, another for another run of the same window. */
  readonly loadId: string;
  readonly fence: number;
  /**
   * Only while the engine's truth says that this fence is running: of a cancelled task no newer fence tells the target to refuse
   * an older one.
   */
  readonly isHeld: boolean;
}

/** A warehouse of the tests: it knows nothing of the engine, and guards its loads as the product's targets do. */
export interface Target extends Closable {
  readonly load: (effect: Effect) => Promise<'loaded' | 'already_loaded' | 'fenced'>;
  readonly count: (key: EffectKey) => Promise<number>;
  readonly stage: (pipelineId: string, window: string, manifest: string | undefined) => Promise<void>;
  readonly staged: (pipelineId: string, window: string) => Promise<string | undefined>;
  /** Removes the cause for which a window was meant to fail. */
  readonly mend: (dagId: string, windowStart: string) => Promise<void>;
  readonly isMended: (dagId: string, windowStart: string) => Promise<boolean>;
}

// No unique key on the effect: a doubled one must be able to happen, or counting them would prove nothing.
const TABLES = `
create schema target;
create table target.effect (
  id bigint generated always as identity primary key,
  dag_id text not null, window_start timestamptz not null, task_id text not null, load_id text not null, fence bigint not null,
  at timestamptz not null default clock_timestamp(), replaced boolean not null default false
);
create index effect_key on target.effect (dag_id, window_start, task_id);
create table target.load_log (load_id text primary key, fence bigint not null);
create table target.newest_fence (
  dag_id text not null, window_start timestamptz not null, task_id text not null, fence bigint not null,
  primary key (dag_id, window_start, task_id)
);
create table target.mended (dag_id text not null, window_start timestamptz not null, primary key (dag_id, window_start));
create table target.stage (pipeline_id text not null, window_text text not null, manifest text, primary key (pipeline_id, window_text))`;

export async function createTarget(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(TABLES);
  } finally {
    await client.end();
  }
}

export function openTarget(url: string): Target {
  const pool = new pg.Pool({
    connectionString: url,
    max: 8,
    application_name: 'chaos target',
    // Whoever is stopped in the middle of a load must not hold up the loads of others.
    options: '-c idle_in_transaction_session_timeout=3s',
  });
  pool.on('error', () => {});
  pool.on('connect', (client) => client.on('error', () => {}));
  return {
    load: (effect) => load(pool, effect),
    count: async ({ dagId, windowStart, taskId }) => {
      const { rows } = await pool.query<{ count: string }>(
        'select count(*) from target.effect where dag_id = $1 and window_start = $2 and task_id = $3 and not replaced',
        [dagId, windowStart, taskId],
      );
      return Number(rows[0]?.count);
    },
    stage: async (...row) => {
      await pool.query(
        'insert into target.stage values ($1, $2, $3) on conflict (pipeline_id, window_text) do update set manifest = $3',
        row,
      );
    },
    staged: async (...key) => {
      const { rows } = await pool.query<{ manifest: string | null }>(
        'select manifest from target.stage where pipeline_id = $1 and window_text = $2',
        key,
      );
      return rows[0]?.manifest ?? undefined;
    },
    mend: async (...window) => {
      await pool.query('insert into target.mended values ($1, $2) on conflict do nothing', window);
    },
    isMended: async (...window) => {
      const { rowCount } = await pool.query(
        'select from target.mended where dag_id = $1 and window_start = $2',
        window,
      );
      return rowCount === 1;
    },
    close: () => pool.end(),
  };
}

const NEWEST = `
insert into target.newest_fence values ($1, $2, $3, $4)
on conflict (dag_id, window_start, task_id) do update set fence = $4 where newest_fence.fence <= $4
returning fence`;
const LOG = 'insert into target.load_log values ($1, $2) on conflict do nothing returning load_id';
// Another load of the same window, as a re-run of a record makes it, takes the place of the one before.
const REPLACE = `
update target.effect set replaced = true
where dag_id = $1 and window_start = $2 and task_id = $3 and load_id <> $4 and $5::boolean`;
const EFFECT = `
insert into target.effect (dag_id, window_start, task_id, load_id, fence)
select $1, $2, $3, $4, $5
where not $6::boolean or exists (
  select from windrow.dag_run r
  join windrow.task_instance t on t.run_id = r.id
  where r.dag_id = $1 and r.state = 'running' and t.state = 'running' and t.fence = $5
)`;

/** Fence, load log and effect in one transaction. */
async function load(pool: pg.Pool, effect: Effect): ReturnType<Target['load']> {
  const { dagId, windowStart, taskId, loadId, fence, isHeld } = effect;
  const client = await pool.connect();
  let broken: Error | undefined;
  const end = async <T>(how: 'commit' | 'rollback', result: T): Promise<T> => {
    await client.query(how);
    return result;
  };
  try {
    await client.query('begin');
    const newest = await client.query(NEWEST, [dagId, windowStart, taskId, fence]);
    if (newest.rowCount === 0) return await end('rollback', 'fenced');
    const logged = await client.query(LOG, [loadId, fence]);
    if (logged.rowCount === 0) return await end('commit', 'already_loaded');
    await client.query(REPLACE, [dagId, windowStart, taskId, loadId, taskId === 'load']);
    const left = await client.query(EFFECT, [dagId, windowStart, taskId, loadId, fence, isHeld]);
    if (left.rowCount === 0) return await end('rollback', 'fenced');
    return await end('commit', 'loaded');
  } catch (error) {
    broken = error instanceof Error ? error : new Error(String(error));
    throw error;
  } finally {
    client.release(broken);
  }
}
