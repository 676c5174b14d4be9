import { type Dag, DefinitionFailure, type Plugin, definePlugin } from '#framework';

import type { Asset } from './asset.ts';
import { assetVerbs } from './cli/verbs.ts';
import type { AssetDag } from './dags/asset-dag.ts';
import type { Maker } from './definition.ts';
import { type AssetGraph, assetGraph } from './graph.ts';
import type { AssetKey } from './key.ts';
import type { LineageOptions } from './lineage/lineage.ts';
import type { Materializes } from './materializes.ts';
import { hearPipelineCheck, hearRecord, hearRun, hearTask } from './record/hear-notes.ts';
import { PLUGIN, VERSION, assets as recorder } from './record/recorder.ts';
import { type KnownAsset, type ProjectAssets, syncAssets } from './sync-assets.ts';
import { type AssetMaker, type UpkeepOptions, keptUp } from './upkeep.ts';

export interface AssetsOptions {
  /** Assets that no dag of `dags` has, such as external ones with a description. */
  readonly assets?: readonly (Asset | readonly Asset[])[];
  readonly dags?: readonly AssetDag[];
  /** What other dags and pipelines make. */
  readonly materializes?: readonly Materializes[];
  /** Tells runs and tries as OpenLineage; default: to nobody. */
  readonly lineage?: LineageOptions;
}

/** What goes into `defineProject`: `plugins: [plugin]`, and `dags` beside the others. */
export interface DefinedAssets {
  readonly plugin: Plugin;
  readonly dags: readonly Dag[];
  readonly graph: AssetGraph<Asset>;
}

/**
 * Puts the assets of a project together: their graph, their dags, and the plugin that keeps what was made.
 * @throws DefinitionFailure `E_ASSET_TWICE`, `E_ASSET_CYCLE`, `E_ASSET_DAG`
 */
export function defineAssets({ assets = [], dags = [], materializes = [], lineage }: AssetsOptions): DefinedAssets {
  const declared = [
    ...assets.flat(),
    ...dags.flatMap((dag) => dag.assets),
    ...materializes.flatMap((each) => each.assets),
  ];
  const graph = assetGraph([...new Set(declared)]);
  const makers = makersOf(dags, materializes);
  addTables(makers, graph, materializes);
  const known = graph.keys.flatMap((key): readonly KnownAsset[] => {
    const asset = graph.find(key);
    return asset === undefined ? [] : [{ asset, maker: makerOf(asset, makers) }];
  });
  const project: ProjectAssets = { known, prefixes: materializes.flatMap(({ tables }) => tables?.prefix ?? []) };
  const by = (dagId: string): readonly Materializes[] => materializes.filter(({ dag }) => dag.id === dagId);
  const upkeep: UpkeepOptions = {
    graph,
    dags: [...dags, ...materializes.map(({ dag }) => dag)],
    makerOf: (key) => assetMaker(makers.get(key)),
    lineage,
  };
  const plugin = definePlugin({
    ...recorder,
    name: PLUGIN,
    version: VERSION,
    migrations: new URL('migrations/', import.meta.url),
    tickEvery: '10s',
    hooks: keptUp(
      {
        taskFinished: async (event, tools) => {
          await hearTask(graph.find, event, tools);
          for (const each of by(event.dagId)) await hearPipelineCheck(each, event, tools);
        },
        recordStateChanged: async (event, tools) => {
          for (const each of by(event.dagId)) await hearRecord(each, event, { ...tools, ...graph });
        },
        runFinished: async (event, tools) => {
          for (const each of by(event.dagId)) if (each.dag.pipeline === undefined) await hearRun(each, event, tools);
        },
        tick: (_, { database }) => syncAssets(database, project),
      },
      upkeep,
    ),
    verbs: (program, open) => assetVerbs(program, { open, project }),
  });
  return { plugin, dags, graph };
}

function assetMaker(maker: Maker | undefined): AssetMaker | undefined {
  if (maker === undefined || maker.kind === 'external') return undefined;
  return { dagId: maker.dagId, taskId: maker.kind === 'task' ? maker.taskId : undefined };
}

function makersOf(dags: readonly AssetDag[], materializes: readonly Materializes[]): Map<AssetKey, Maker> {
  const makers = new Map<AssetKey, Maker>();
  const add = (key: AssetKey, maker: Exclude<Maker, { readonly kind: 'external' }>): void => {
    const other = makers.get(key);
    // A Full and the windows behind it fill the same tables; the first one that is named shows.
    if (other?.kind === 'pipeline' && maker.kind === 'pipeline') return;
    if (other !== undefined && other.kind !== 'external') {
      throw new DefinitionFailure(
        'E_ASSET_DAG',
        `Asset "${key}" is made by two dags, "${other.dagId}" and "${maker.dagId}". Take it out of one of them.`,
      );
    }
    makers.set(key, maker);
  };
  for (const { id, makes } of dags) for (const [key, taskId] of makes) add(key, { kind: 'task', dagId: id, taskId });
  for (const { dag, assets } of materializes)
    for (const { key } of assets) add(key, { kind: 'pipeline', dagId: dag.id });
  return makers;
}

/** What the project says of a table that a pipeline loads changes nothing of who loads it; of several, that whose windows are scheduled. */
function addTables(
  makers: Map<AssetKey, Maker>,
  graph: AssetGraph<Asset>,
  materializes: readonly Materializes[],
): void {
  const scheduledFirst = [...materializes].toSorted(
    (one, other) => Number(one.dag.schedule === undefined) - Number(other.dag.schedule === undefined),
  );
  for (const key of graph.keys) {
    if (makers.has(key) || graph.find(key)?.work !== undefined) continue;
    const loads = scheduledFirst.find(({ tables }) => tables !== undefined && key.startsWith(`${tables.prefix}/`));
    if (loads !== undefined) makers.set(key, { kind: 'pipeline', dagId: loads.dag.id });
  }
}

function makerOf({ key, work }: Asset, makers: ReadonlyMap<AssetKey, Maker>): Maker {
  const maker = makers.get(key);
  if (maker !== undefined) return maker;
  if (work === undefined) return { kind: 'external' };
  throw new DefinitionFailure(
    'E_ASSET_DAG',
    `Asset "${key}" has a function, and no dag of \`dags\` makes it. Add it to one: assetDag('name', { assets: [...] }).`,
  );
}
