import type { Temporal } from '../../core/time.ts';
import type { Executor } from '../database.ts';
import type { Held } from './leases.ts';

export interface LogLine {
  readonly at: Temporal.Instant;
  readonly level: string;
  readonly message: string;
  /** A JSON object as text. */
  readonly fields: string;
}

/** Keeps the log lines of one try. */
export async function insertLog(
  executor: Executor,
  held: Held & { readonly attempt: number },
  lines: readonly LogLine[],
): Promise<void> {
  if (lines.length === 0) return;
  await executor.run(INSERT, [
    held.runId,
    held.taskId,
    held.mapIndex,
    held.attempt,
    lines.map(({ at }) => at.toString()),
    lines.map(({ level }) => level),
    lines.map(({ message }) => message),
    lines.map(({ fields }) => fields),
  ]);
}

const INSERT = {
  name: 'insert_log',
  text: `
insert into task_log (run_id, task_id, map_index, attempt, at, level, message, fields)
select $1, $2, $3, $4, at, level, message, fields::jsonb
from unnest($5::timestamptz[], $6::text[], $7::text[], $8::text[]) as line (at, level, message, fields)`,
};
