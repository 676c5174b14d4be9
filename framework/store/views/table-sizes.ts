import { z } from 'zod';

import type { Temporal } from '../../core/time.ts';
import type { Database, Executor } from '../database.ts';
import { type ByWeek, TIME_OF } from '../retention/partitions.ts';
import { MaybeInstant } from './view-rows.ts';

/** One table of the engine, its partitions taken together. */
export interface TableSize {
  readonly table: string;
  /** As the statistics have it. */
  readonly rows: number;
  readonly bytes: number;
  /** Zero of a table that is one piece. */
  readonly partitions: number;
  readonly oldest: Temporal.Instant | null;
}

/** Every table, largest first. */
export async function readTableSizes(database: Database): Promise<readonly TableSize[]> {
  return database.transaction(async (transaction) => {
    await transaction.run({ text: 'set local enable_seqscan = on' });
    const rows = (await transaction.run(SIZES)).map((row) => SizeRow.parse(row));
    await transaction.run({ text: 'set local enable_seqscan = off' });
    const sizes: TableSize[] = [];
    for (const size of rows) sizes.push({ ...size, oldest: await findOldest(transaction, size.table) });
    return sizes;
  });
}

/** Where a table's oldest row is read from; a table that is not named does not grow with time. */
const OLDEST: Readonly<Record<string, string>> = {
  event: oldestOfWeeks('event'),
  task_log: oldestOfWeeks('task_log'),
  task_attempt: oldestOfWeeks('task_attempt'),
  dag_run: first('created_at', 'dag_run'),
  pipeline_records: first('record_first_created_time', 'pipeline_records'),
  outbox: first('created_at', 'outbox'),
};

// The smallest number stands at the beginning of the primary key. The smallest time has no index: to find it among 1,000,000
// tries took 190 ms, the first row takes 0.04 ms.
function first(time: string, table: string): string {
  return `select ${time} as at from ${table} order by id limit 1`;
}

/** A row for which there is no week may be older than its number says; the table of such rows has an index by time. */
function oldestOfWeeks(table: ByWeek): string {
  const time = TIME_OF[table];
  return `select least((${first(time, table)}), (select min(${time}) from ${table}_default)) as at`;
}

async function findOldest(executor: Executor, table: string): Promise<Temporal.Instant | null> {
  const text = OLDEST[table];
  if (text === undefined) return null;
  const [row] = await executor.run({ text });
  return row === undefined ? null : z.object({ at: MaybeInstant }).parse(row).at;
}

// Of a table that was never analyzed, `reltuples` is -1.
const SIZES = {
  text: `
with piece as (
  select coalesce(parent.relname, c.relname) as name, i.inhrelid is not null as is_partition,
    case when c.reltuples >= 0 then c.reltuples::bigint else coalesce(s.n_live_tup, 0) end as rows,
    pg_total_relation_size(c.oid) as bytes
  from pg_class c
  left join pg_inherits i on i.inhrelid = c.oid
  left join pg_class parent on parent.oid = i.inhparent
  left join pg_stat_all_tables s on s.relid = c.oid
  where c.relnamespace = current_schema()::regnamespace and c.relkind = 'r'
)
select name as table, sum(rows)::bigint as rows, sum(bytes)::bigint as bytes,
  count(*) filter (where is_partition) as partitions
from piece
group by name
order by bytes desc, name`,
};

const SizeRow = z.object({ table: z.string(), rows: z.number(), bytes: z.number(), partitions: z.number() });
