import { DataFailure } from '../core/failures.ts';
import type { RunId, TaskId } from '../core/ids.ts';
import type { Json } from '../core/json.ts';
import type { Dag } from '../dag/dag.ts';
import type { Wiring } from '../dag/dag-builder.ts';
import { mappedList } from '../dag/mapping.ts';
import { SUMMARY } from '../run/task-key.ts';
import type { Started } from '../store/runs/start-tasks.ts';
import { readElement, readGathered, readOutputs } from '../store/runs/task-outputs.ts';
import type { Executor } from '../store/database.ts';

/** Outputs are copied into the memory of the worker that reads them. */
const MOST_GATHERED_BYTES = 16 * 1024 * 1024;

type Values = Readonly<Record<string, Json>>;

interface Reading {
  readonly dag: Dag;
  readonly run: RunId;
  readonly database: Executor;
}

/** What a try gets from the tasks before it: of a mapped input its own element, of every other wire the whole value. */
export async function wiredInput(dag: Dag, started: Started, database: Executor): Promise<Values> {
  const wiring = dag.wires.get(started.taskId) ?? {};
  const reading = { dag, run: started.runId, database };
  const input = mappedInput(dag, started);
  if (input === undefined) return readWires(reading, wiring);
  const { [input]: over, ...others } = wiring;
  return { ...(await readWires(reading, others)), [input]: await element(reading, started, over) };
}

/** How many instances the summary of a mapped task becomes; undefined for every other try. */
export async function instanceCount(dag: Dag, started: Started, database: Executor): Promise<number | undefined> {
  const { taskId, runId: run, mapIndex } = started;
  const input = mappedInput(dag, started);
  if (mapIndex !== SUMMARY || input === undefined) return undefined;
  const list = dag.lists.get(taskId);
  const over = dag.wires.get(taskId)?.[input];
  const found = list ?? (over === undefined ? undefined : (await readWires({ dag, run, database }, { over }))['over']);
  return mappedList(taskId, input, found).length;
}

/** The values of wires; one is absent where its task gave none. */
export async function readWires({ dag, run, database }: Reading, wiring: Wiring): Promise<Values> {
  const wires = Object.entries(wiring);
  const isGathered = (task: TaskId): boolean => dag.graph.tasks.find(({ id }) => id === task)?.mapped !== undefined;
  const single = wires.filter(([, upstream]) => !isGathered(upstream)).map(([, upstream]) => upstream);
  const outputs = new Map(await readOutputs(database, run, single));
  for (const [, upstream] of wires) {
    if (!isGathered(upstream) || outputs.has(upstream)) continue;
    const gathered = await readGathered(database, { run, task: upstream, atMostBytes: MOST_GATHERED_BYTES });
    if (gathered.kind === 'too_large') throw tooLarge(upstream, gathered.bytes);
    if (gathered.outputs.length > 0) outputs.set(upstream, gathered.outputs);
  }
  return Object.fromEntries(
    wires.flatMap(([name, upstream]) => {
      const output = outputs.get(upstream);
      return output === undefined ? [] : [[name, output]];
    }),
  );
}

function mappedInput(dag: Dag, { taskId }: Started): string | undefined {
  return dag.graph.tasks.find(({ id }) => id === taskId)?.mapped;
}

async function element(reading: Reading, started: Started, over: TaskId | undefined): Promise<Json> {
  const { taskId: task, mapIndex, mapTotal } = started;
  const listed = reading.dag.lists.get(task)?.[mapIndex];
  const isGathered = reading.dag.graph.tasks.find(({ id }) => id === over)?.mapped !== undefined;
  const found =
    over === undefined
      ? listed
      : await readElement(reading.database, { run: reading.run, task: over, index: mapIndex, isGathered });
  if (found !== undefined) return found;
  throw new DataFailure(
    'E_MAP_ELEMENT_GONE',
    `Task "${task}" was mapped over ${mapTotal} elements, but there is no element ${mapIndex} any more: the list in code or the ` +
      'output of the task before it has changed since. Start a new run.',
  );
}

function tooLarge(task: TaskId, bytes: number): DataFailure {
  return new DataFailure(
    'E_MAP_OUTPUTS_TOO_LARGE',
    `The instances of the mapped task "${task}" returned ${bytes} bytes together; at most ${MOST_GATHERED_BYTES} are handed on. ` +
      'Store the data and return where it lies.',
    { details: { bytes, limit: MOST_GATHERED_BYTES } },
  );
}
