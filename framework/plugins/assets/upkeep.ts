import type { Dag, Hooks } from '#framework';

import type { Asset } from './asset.ts';
import { type AutomatedProject, automate, endRequests } from './automation/automate.ts';
import { keepFreshness } from './freshness/keep-freshness.ts';
import type { AssetGraph } from './graph.ts';
import type { AssetKey } from './key.ts';
import { type Lineage, type LineageOptions, lineage } from './lineage/lineage.ts';

/** What makes an asset, as the project says. */
export interface AssetMaker {
  readonly dagId: string;
  /** Undefined where no task of its own makes it. */
  readonly taskId: string | undefined;
}

export interface UpkeepOptions {
  readonly graph: Pick<AssetGraph<Asset>, 'keys' | 'find' | 'parents'>;
  readonly makerOf: (key: AssetKey) => AssetMaker | undefined;
  readonly dags: readonly Dag[];
  readonly lineage: LineageOptions | undefined;
}

/** Hooks that also look after freshness and automation, and tell lineage. What `own` does comes first. */
export function keptUp(own: Hooks, options: UpkeepOptions): Hooks {
  const { graph, makerOf } = options;
  const assets = graph.keys.flatMap((key) => graph.find(key) ?? []);
  const project: AutomatedProject = {
    graph,
    dagOf: ({ key }) => {
      const maker = makerOf(key);
      return maker && { dagId: maker.dagId, isPipeline: maker.taskId === undefined };
    },
  };
  const automated = new Set(
    assets.flatMap(({ key, automation }) => (automation === undefined ? [] : (makerOf(key)?.dagId ?? []))),
  );
  const told = toldLineage(options);
  return {
    ...own,
    // Workers write down each start only where a plugin hears of it.
    ...(told && { runStarted: told.hear, taskStarted: told.hear }),
    taskFinished: async (event, tools) => {
      await own.taskFinished?.(event, tools);
      await told?.hear(event, tools);
    },
    runFinished: async (event, tools) => {
      await own.runFinished?.(event, tools);
      if (automated.has(event.dagId)) await endRequests(tools, event);
      await told?.hear(event, tools);
    },
    tick: async (event, tools) => {
      await own.tick?.(event, tools);
      const parts = [keepFreshness(tools, assets), automate(tools, project), told?.send(tools) ?? Promise.resolve()];
      // One that fails keeps none of the others from being done; the plugin's host logs the failure.
      for (const end of await Promise.allSettled(parts)) if (end.status === 'rejected') throw end.reason;
    },
  };
}

function toldLineage({ graph, makerOf, dags, lineage: options }: UpkeepOptions): Lineage | undefined {
  const descriptions = new Map(dags.map(({ id, description }): [string, string | undefined] => [id, description]));
  const made = (dagId: string, taskId: string | undefined): readonly AssetKey[] =>
    graph.keys.filter((key) => {
      const maker = makerOf(key);
      return maker?.dagId === dagId && maker.taskId === taskId;
    });
  return options && lineage(options, { ...graph, made, describe: (dagId) => descriptions.get(dagId) });
}
