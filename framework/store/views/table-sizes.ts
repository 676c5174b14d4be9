import { z } from 'zod';

import type { Temporal } from '../../core/time.ts';
import type { Database, Executor } from '../database.ts';
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
    const sizes: TableSize[] = [];
    for (const size of rows) sizes.push({ ...size, oldest: await findOldest(transaction, size.table) });
    return sizes;
  });
}

/** The column that tells how old a row of a growing table is. */
const TIMES: Readonly<Record<string, string>> = {
  event: 'at',
  task_log: 'at',
  task_attempt: 'ended_at',
  dag_run: 'created_at',
  pipeline_records: 'record_first_created_time',
  outbox: 'created_at',
};

async function findOldest(executor: Executor, table: string): Promise<Temporal.Instant | null> {
  const time = TIMES[table];
  if (time === undefined) return null;
  const [row] = await executor.run({ text: `select min(${time}) as oldest from ${table}` });
  return z.object({ oldest: MaybeInstant }).parse(row).oldest;
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
