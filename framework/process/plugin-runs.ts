import { onlyGiven } from '../core/only-given.ts';
import type { Dag } from '../dag/dag.ts';
import type { PluginRuns, RequestedRun, RunRequest } from '../plugin/plugin-runs.ts';
import { type ActivateTools, activate } from '../queue/activate.ts';
import { type TriggerTools, createTriggered } from './trigger.ts';

export interface PluginRunTools extends TriggerTools, Pick<ActivateTools, 'delivery'> {
  readonly dags: ReadonlyMap<string, Dag>;
}

/** Runs as a plugin may start them. */
export function pluginRuns(tools: PluginRunTools, plugin: string): PluginRuns {
  return { start: (request) => startRun(tools, plugin, request) };
}

async function startRun(tools: PluginRunTools, plugin: string, request: RunRequest): Promise<RequestedRun> {
  const { dagId, window, params, key, by = `plugin ${plugin}` } = request;
  const dag = tools.dags.get(dagId);
  if (dag === undefined) return { kind: 'refused', reason: `There is no dag "${dagId}" in the project.` };
  const created = await createTriggered(tools, dag, {
    kind: 'manual',
    by,
    ...onlyGiven({ window, params }),
    ...(key === undefined ? {} : { request: { plugin, key } }),
  });
  if (created.kind === 'refused') return { kind: 'refused', reason: created.reason };
  await activate(tools, dagId);
  return { kind: created.earlier === true ? 'already_there' : 'created', runId: created.runId };
}
