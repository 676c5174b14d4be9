import type { Temporal } from '../../core/time.ts';
import type { Executor } from '../database.ts';
import type { Held } from './leases.ts';

export interface LogLine {
  /** Counted within its try, from 0. */
  readonly line: number;
  readonly at: Temporal.Instant;
  readonly level: string;
  readonly message: string;
  /** A JSON object as text. */
  readonly fields: string;
}

/** Lines of one try. */
export interface TryLines {
  readonly held: Held & { readonly attempt: number };
  readonly lines: readonly LogLine[];
  /** Some of them may be stored already. */
  readonly mayBeThere?: boolean;
}

/** So that a batch of long lines stays far below what one statement can carry. */
const AT_ONCE = 1000;

/** Keeps log lines of tries, in their order. */
export async function insertLogs(executor: Executor, tries: readonly TryLines[]): Promise<void> {
  const rows = tries.flatMap(({ held, lines, mayBeThere = false }) =>
    lines.map((line) => ({ ...held, ...line, mayBeThere })),
  );
  for (let from = 0; from < rows.length; from += AT_ONCE) {
    const some = rows.slice(from, from + AT_ONCE);
    await executor.run(INSERT, [
      some.map(({ runId }) => runId),
      some.map(({ taskId }) => taskId),
      some.map(({ mapIndex }) => mapIndex),
      some.map(({ attempt }) => attempt),
      some.map(({ fence }) => fence),
      some.map(({ line }) => line),
      some.map(({ at }) => at.toString()),
      some.map(({ level }) => level),
      some.map(({ message }) => message),
      some.map(({ fields }) => fields),
      some.map(({ mayBeThere }) => mayBeThere),
    ]);
  }
}

const INSERT = {
  name: 'insert_logs',
  text: `
insert into task_log (run_id, task_id, map_index, attempt, fence, line, at, level, message, fields)
select run_id, task_id, map_index, attempt, fence, line, at, level, message, fields::jsonb
from unnest($1::bigint[], $2::text[], $3::integer[], $4::integer[], $5::bigint[], $6::integer[], $7::timestamptz[], $8::text[], $9::text[],
  $10::text[], $11::boolean[]) with ordinality
  as n (run_id, task_id, map_index, attempt, fence, line, at, level, message, fields, may_be_there, place)
where not n.may_be_there or not exists (
  select
  from task_log l
  where l.run_id = n.run_id and l.task_id = n.task_id and l.map_index = n.map_index and l.attempt = n.attempt
    and l.fence = n.fence and l.line = n.line
)
order by n.place`,
};
