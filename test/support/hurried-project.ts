import { type Dag, milliseconds } from '#framework';
import { project } from '#dags';
import type { Project } from '#framework/operate';

/** The real project, with its number of retries; only the waits between them are short. */
export const hurriedProject: Project = { ...project, dags: project.dags.map(hurried) };

/** The dag with its number of retries, without the waits between them. */
export function hurried(dag: Dag): Dag {
  const tasks = dag.graph.tasks.map((task) => ({ ...task, retry: { ...task.retry, delayMs: milliseconds(10) } }));
  return { ...dag, graph: { ...dag.graph, tasks } };
}
