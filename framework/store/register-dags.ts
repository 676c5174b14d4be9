import { createHash } from 'node:crypto';

import type { Dag } from '../dag/dag.ts';
import { scheduleToJson } from '../dag/schedule/schedule-json.ts';
import type { Database, Executor } from './database.ts';

/** Makes the database know the dags of the code: their shapes, schedules and limits. Idempotent. */
export async function registerDags(database: Database, dags: readonly Dag[]): Promise<void> {
  await database.transaction(async (transaction) => {
    // Always in the same order, so that two processes that start together cannot deadlock.
    for (const dag of dags.toSorted((a, b) => (a.id < b.id ? -1 : 1))) {
      await transaction.run(UPSERT_DAG, [
        dag.id,
        dag.description ?? null,
        dag.pipeline !== undefined,
        dag.schedule === undefined ? null : JSON.stringify(scheduleToJson(dag.schedule)),
        activeRuns(dag),
        graphHash(dag),
      ]);
      await registerShape(transaction, dag);
    }
  });
}

/** Makes the database know a shape of a dag that it has; runs are made with another one unless they ask for this. Returns its hash. */
export async function registerShape(executor: Executor, dag: Dag): Promise<string> {
  const hash = graphHash(dag);
  await executor.run(INSERT_VERSION, [hash, dag.id, JSON.stringify(dag.graph)]);
  const edges = dag.graph.tasks.flatMap((task) => task.upstream.map((upstream) => [upstream, task.id] as const));
  await executor.run(INSERT_EDGES, [
    hash,
    edges.map(([upstream]) => upstream),
    edges.map(([, downstream]) => downstream),
  ]);
  return hash;
}

/** The version of a dag's shape. */
export function graphHash(dag: Dag): string {
  return createHash('sha256').update(JSON.stringify(dag.graph)).digest('hex').slice(0, 32);
}

function activeRuns(dag: Dag): number {
  return dag.schedule?.overlap === 'allow' || dag.schedule === undefined ? dag.maxActiveRuns : 1;
}

const UPSERT_DAG = {
  text: `
insert into dag (id, description, is_pipeline, schedule, max_active_runs, graph_hash)
values ($1, $2, $3, $4, $5, $6)
on conflict (id) do update set
  description = excluded.description, is_pipeline = excluded.is_pipeline, schedule = excluded.schedule,
  max_active_runs = excluded.max_active_runs, graph_hash = excluded.graph_hash, registered_at = now()`,
};

const INSERT_VERSION = {
  text: `insert into dag_version (hash, dag_id, graph) values ($1, $2, $3) on conflict do nothing`,
};

const INSERT_EDGES = {
  text: `
insert into task_edge (graph_hash, upstream, downstream)
select $1, upstream, downstream from unnest($2::text[], $3::text[]) as e (upstream, downstream)
on conflict do nothing`,
};
