import { z } from 'zod';

import type { RunId, TaskId } from '../../core/ids.ts';
import type { Json } from '../../core/json.ts';
import type { Executor } from '../database.ts';
import { TaskIdColumn } from './run-rows.ts';

/**
 * What tasks of a run returned; a task that did not succeed is missing, and one that stopped what follows, which has a reason.
 * Not for mapped tasks.
 */
export async function readOutputs(
  executor: Executor,
  run: RunId,
  tasks: readonly TaskId[],
): Promise<ReadonlyMap<TaskId, Json>> {
  if (tasks.length === 0) return new Map();
  const rows = await executor.run(READ, [run, tasks]);
  return new Map(rows.map((row) => OutputRow.parse(row)).map(({ id, output }) => [id, output]));
}

export type Gathered =
  | { readonly kind: 'gathered'; readonly outputs: readonly Json[] }
  | { readonly kind: 'too_large'; readonly bytes: number };

/** What the instances of a mapped task that succeeded returned, in the order of their indexes. */
export async function readGathered(
  executor: Executor,
  mapped: { readonly run: RunId; readonly task: TaskId; readonly atMostBytes: number },
): Promise<Gathered> {
  const rows = await executor.run(GATHER, [mapped.run, mapped.task, mapped.atMostBytes]);
  const found = rows.map((row) => GatheredRow.parse(row));
  const bytes = found[0]?.bytes ?? 0;
  return bytes > mapped.atMostBytes
    ? { kind: 'too_large', bytes }
    : { kind: 'gathered', outputs: found.map(({ output }) => output) };
}

/** One element of a list that a task returned, or of what a mapped task gathered; undefined where there is none. */
export async function readElement(
  executor: Executor,
  of: { readonly run: RunId; readonly task: TaskId; readonly index: number; readonly isGathered: boolean },
): Promise<Json | undefined> {
  const [row] = await executor.run(of.isGathered ? GATHERED_ELEMENT : ELEMENT, [of.run, of.task, of.index]);
  return row === undefined ? undefined : ElementRow.parse(row).output;
}

const READ = {
  name: 'read_outputs',
  text: `
select task_id as id, output
from task_instance
where run_id = $1 and task_id = any ($2::text[]) and map_index = 0 and state = 'success' and reason is null`,
};

const GATHER = {
  name: 'gather_outputs',
  text: `
with found as (
  select map_index, output, sum(octet_length(output::text)) over () as bytes
  from task_instance
  where run_id = $1 and task_id = $2 and map_index >= 0 and state = 'success'
)
select bytes, case when bytes <= $3 then output end as output
from found
order by map_index`,
};

// A JSON null stays one; no row means that the list is shorter.
const ELEMENT = {
  name: 'output_element',
  text: `
select output -> $3::integer as output
from task_instance
where run_id = $1 and task_id = $2 and map_index = 0 and state = 'success'
  and jsonb_typeof(output) = 'array' and jsonb_array_length(output) > $3`,
};

const GATHERED_ELEMENT = {
  name: 'gathered_element',
  text: `
select output
from task_instance
where run_id = $1 and task_id = $2 and map_index >= 0 and state = 'success'
order by map_index
offset $3
limit 1`,
};

const OutputRow = z.object({ id: TaskIdColumn, output: z.json() });
const GatheredRow = z.object({ bytes: z.number(), output: z.json() });
const ElementRow = z.object({ output: z.json() });
