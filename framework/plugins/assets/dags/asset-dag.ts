import { type Dag, type DagOptions, DefinitionFailure, type Wire, dag } from '#framework';

import type { Asset, AssetWork } from '../asset.ts';
import { assetGraph } from '../graph.ts';
import { type AssetKey, keyAsTaskId } from '../key.ts';
import { namesOf, partitionsText, windowsOf } from '../partitions.ts';
import { selectAssets } from '../select/selection.ts';
import { assetTask } from './asset-task.ts';
import { checkTask } from './check-task.ts';
import { AssetParams } from './run-partitions.ts';
import { checkName, taskIds } from './task-ids.ts';

/** A dag that makes assets; `defineAssets` needs to know it. */
export interface AssetDag extends Dag {
  /** What it makes, and by which task. */
  readonly makes: ReadonlyMap<AssetKey, string>;
  readonly assets: readonly Asset[];
}

export interface AssetDagOptions extends Pick<
  DagOptions<AssetParams>,
  'description' | 'schedule' | 'maxActiveRuns' | 'runTimeout' | 'tags'
> {
  /** Those with a function are made; the others are only what these are made from. */
  readonly assets: readonly (Asset | readonly Asset[])[];
  /** Of these assets, which: see `selectAssets`. Default all. */
  readonly selection?: string;
}

/**
 * Makes a dag of assets: one task for each function, behind those that make what it is made from and behind their blocking checks, and
 * one for each check. Windows of its schedule are partitions of its assets.
 * @throws DefinitionFailure `E_ASSET_CYCLE`, `E_ASSET_TWICE`, `E_ASSET_DAG`, `E_ASSET_PARTITIONS`, `E_ASSET_SCHEDULE`, DataFailure `E_ASSET_SELECTION`
 */
export function assetDag(name: string, { assets, selection = '', ...options }: AssetDagOptions): AssetDag {
  const all = assets.flat();
  const graph = assetGraph(all);
  const chosen = new Set(selectAssets(graph, selection));
  const members = graph.keys.flatMap((key) => {
    const found = chosen.has(key) ? graph.find(key) : undefined;
    return found?.work === undefined ? [] : [found];
  });
  checkMembers(name, members, options.schedule);
  const makes = new Map<AssetKey, string>();
  const built = dag(name, { ...options, params: AssetParams }, (d) => {
    const nameTask = taskIds();
    const wires = new Map<AssetKey, readonly Wire<unknown>[]>();
    for (const work of inOrder(name, members)) {
      const made = members.filter((member) => member.work === work);
      const after = [...new Set(made.flatMap(({ key }) => graph.parents(key)))].flatMap(
        (parent) => wires.get(parent) ?? [],
      );
      const taskId = nameTask(work.taskId);
      const wire = d.use(taskId, assetTask(taskId, work, made), { after });
      for (const member of made) {
        makes.set(member.key, taskId);
        const blocking = member.checks.flatMap((check) => {
          const checkId = nameTask(checkName(work, keyAsTaskId(member.key), check.name));
          const checked = d.use(checkId, checkTask(checkId, member, check), { after: [wire] });
          return check.blocking ? [checked] : [];
        });
        wires.set(member.key, [wire, ...blocking]);
      }
    }
  });
  return { ...built, makes, assets: all };
}

/** Each function behind those that make what it needs. */
function inOrder(name: string, members: readonly Asset[]): readonly AssetWork[] {
  const maker = new Map(members.map(({ key, work }) => [key, work]));
  const works = [...new Set(members.flatMap(({ work }) => (work === undefined ? [] : [work])))];
  const needs = (work: AssetWork): ReadonlySet<AssetWork> => {
    const deps = members.filter((member) => member.work === work).flatMap((member) => member.deps);
    return new Set(deps.flatMap(({ key }) => maker.get(key) ?? []).filter((other) => other !== work));
  };
  const ordered: AssetWork[] = [];
  while (ordered.length < works.length) {
    const ready = works.filter(
      (work) => !ordered.includes(work) && [...needs(work)].every((need) => ordered.includes(need)),
    );
    if (ready.length === 0) {
      const left = works.filter((work) => !ordered.includes(work)).map(({ taskId }) => taskId);
      throw new DefinitionFailure(
        'E_ASSET_CYCLE',
        `Asset dag "${name}": the functions ${left.join(', ')} need each other's assets. Split the one that makes several assets.`,
      );
    }
    ordered.push(...ready);
  }
  return ordered;
}

function checkMembers(name: string, members: readonly Asset[], schedule: AssetDagOptions['schedule']): void {
  if (members.length === 0) {
    throw new DefinitionFailure('E_ASSET_DAG', `Asset dag "${name}" makes nothing: none of its assets has a function.`);
  }
  const cut = members.flatMap(({ partitions }) => (partitions === undefined ? [] : [partitions]));
  const [windows, ...otherWindows] = distinct(cut.flatMap((each) => windowsOf(each) ?? []));
  const [, ...otherNames] = distinct(cut.flatMap((each) => namesOf(each) ?? []));
  if (otherWindows.length > 0 || otherNames.length > 0) {
    throw new DefinitionFailure(
      'E_ASSET_PARTITIONS',
      `Asset dag "${name}": a run makes one partition, and its assets are cut in different ways: ${[...new Set(cut.map(partitionsText))].join('; ')}. ` +
        'Make a dag for each.',
    );
  }
  if (windows === undefined || schedule === undefined) return;
  const scheduled = partitionsText({ ...windows, windows: schedule.windows });
  if (scheduled === partitionsText(windows)) return;
  throw new DefinitionFailure(
    'E_ASSET_SCHEDULE',
    `Asset dag "${name}": its windows are ${scheduled}, and those of its assets ${partitionsText(windows)}. Give both the same.`,
  );
}

function distinct<P extends Parameters<typeof partitionsText>[0]>(all: readonly P[]): readonly P[] {
  return [...new Map(all.map((each) => [partitionsText(each), each])).values()];
}
