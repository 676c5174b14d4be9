import type { z } from 'zod';

import { parseDuration } from '../core/duration.ts';
import { DefinitionFailure } from '../core/failures.ts';
import { type DagId, type TaskId, dagId } from '../core/ids.ts';
import type { Json } from '../core/json.ts';
import { onlyGiven } from '../core/only-given.ts';
import { type DeclaredConnection, distinctConnections } from './connections.ts';
import { DagBuilder, type Wiring } from './dag-builder.ts';
import type { DagGraph } from './graph.ts';
import { orderedTasks } from './ordered-tasks.ts';
import { type PipelineOptions, type PipelineSpec, pipelineSpec } from './pipeline-spec.ts';
import type { Schedule } from './schedule/schedule.ts';
import type { TaskHandler } from './task-handler.ts';

/** A dag as a value: what to run, on what, when. Defining one does no work. */
export interface Dag {
  readonly id: DagId;
  readonly description?: string;
  readonly graph: DagGraph;
  readonly handlers: ReadonlyMap<TaskId, TaskHandler>;
  /** For every task: input name to the upstream task whose output it gets. */
  readonly wires: ReadonlyMap<TaskId, Wiring>;
  /** For tasks that are mapped over a list given in code. */
  readonly lists: ReadonlyMap<TaskId, readonly Json[]>;
  /** Absent: runs only when somebody starts it. */
  readonly schedule?: Schedule;
  readonly params?: z.ZodType;
  readonly maxActiveRuns: number;
  readonly tags: readonly string[];
  readonly connections: readonly DeclaredConnection[];
  /** Present when runs are bound to rows of `pipeline_records`. */
  readonly pipeline?: PipelineSpec;
}

export interface DagOptions<Params> {
  readonly description?: string;
  readonly schedule?: Schedule;
  /** What a run may be given; its parsed form is `context.params`. */
  readonly params?: z.ZodType<Params>;
  /** Default 16. With overlap `serial` one run is active whatever this says. */
  readonly maxActiveRuns?: number;
  /** Longest time of a run, from its start, for example `2h`: then what is left is cancelled and the run is failed. Default: no limit. */
  readonly runTimeout?: string;
  readonly tags?: readonly string[];
  readonly pipeline?: PipelineOptions;
}

/**
 * Defines a dag:
 *
 *     export const products = dag('products', { schedule: every('15m', { lag: '2m' }) }, (d) => {
 *       const files = d.use('extract', extract);
 *       d.use('load', load, { files });
 *     });
 *
 * @throws DefinitionFailure naming the dag and the mistake
 */
export function dag<Params = unknown>(
  id: string,
  options: DagOptions<Params>,
  build: (d: DagBuilder<Params>) => void,
): Dag {
  const name = dagId(id);
  const builder = new DagBuilder<Params>(name);
  build(builder);
  const { tasks, handlers, wires, lists, connections } = builder.parts();
  return {
    id: name,
    graph: {
      dagId: name,
      tasks: orderedTasks(name, tasks),
      ...(options.runTimeout === undefined ? {} : { runTimeoutMs: parseDuration(options.runTimeout) }),
    },
    handlers,
    wires,
    lists,
    maxActiveRuns: activeRuns(name, options.maxActiveRuns ?? 16),
    tags: options.tags ?? [],
    connections: distinctConnections(name, connections),
    ...onlyGiven({ description: options.description, schedule: options.schedule, params: options.params }),
    ...(options.pipeline === undefined ? {} : { pipeline: pipelineSpec(options.pipeline) }),
  };
}

function activeRuns(dag: DagId, count: number): number {
  if (Number.isInteger(count) && count >= 1 && count <= 10_000) return count;
  throw new DefinitionFailure(
    'E_DAG_OPTION',
    `Dag "${dag}": maxActiveRuns ${count} is not usable. Expected a whole number from 1 to 10000.`,
  );
}
