import { type Clock, DataFailure, type PluginRuns, type RequestedRun, Temporal, type Window } from '#framework';

import type { AssetDefinition, Maker } from './definition.ts';
import type { AssetGraph } from './graph.ts';
import type { AssetKey } from './key.ts';
import { findPartition, readPartition } from './partition-key.ts';
import type { Catalog } from './read/catalog.ts';
import type { Partition, Partitions } from './partitions.ts';
import { selectAssets } from './select/selection.ts';

export interface MaterializeRequest {
  readonly select: string;
  /** The key of a partition. */
  readonly partition?: string;
  /** `checks`: only the checks are done again. */
  readonly what: 'assets' | 'checks';
  readonly by?: string;
  /** See `RunRequest`. */
  readonly key?: string;
}

/** A run that makes assets. */
export interface PlannedRun extends RunFacts {
  readonly dagId: string;
  readonly assets: readonly AssetKey[];
}

export interface MaterializeRun {
  readonly dagId: string;
  readonly assets: readonly AssetKey[];
  readonly run: RequestedRun;
}

/**
 * Starts one run of each dag that makes selected assets; what only other systems make is left out.
 * @throws DataFailure `E_ASSET_SELECTION`, `E_ASSET_NOT_MADE`, `E_PARTITION_UNKNOWN`, `E_PARTITION_MISSING`, `E_PARTITION_OPEN`
 */
export async function materialize(
  {
    catalog,
    runs,
    clock,
  }: { readonly catalog: Pick<Catalog, 'graph'>; readonly runs: PluginRuns; readonly clock: Clock },
  request: MaterializeRequest,
): Promise<readonly MaterializeRun[]> {
  const started: MaterializeRun[] = [];
  const now = clock.now();
  for (const { assets, ...planned } of planMaterialize(await catalog.graph(), { ...request, now })) {
    const run = await runs.start({
      ...planned,
      ...(request.by === undefined ? {} : { by: request.by }),
      ...(request.key === undefined ? {} : { key: `${planned.dagId} ${request.key}` }),
    });
    started.push({ dagId: planned.dagId, assets, run });
  }
  return started;
}

/**
 * The runs that `materialize` would start.
 * @throws DataFailure as `materialize`
 */
export function planMaterialize(
  graph: AssetGraph<AssetDefinition>,
  request: Pick<MaterializeRequest, 'select' | 'partition' | 'what'> & { readonly now: Temporal.Instant },
): readonly PlannedRun[] {
  const selected = selectAssets(graph, request.select);
  const wanted = selected.flatMap((key) => graph.find(key) ?? []);
  const made = request.what === 'assets' ? withTogether(graph, wanted.filter(isMade)) : wanted.filter(isChecked);
  if (made.length === 0) throw nothingMade(request, selected);
  if (request.partition !== undefined && made.every(({ partitions }) => partitions === null)) {
    throw notCut(made, request.partition);
  }
  const groups = Map.groupBy(made, ({ maker }) => (maker.kind === 'external' ? '' : maker.dagId));
  const planned = [...groups].map(([dagId, members]) => ({
    dagId,
    assets: members.map(({ key }) => key),
    ...runFacts(members, request),
  }));
  const open = planned.find(
    ({ window }) => window !== undefined && Temporal.Instant.compare(request.now, window.end) < 0,
  );
  if (open?.window !== undefined) throw stillOpen(open.assets, open.window, request.partition);
  return planned;
}

function isMade({ maker }: AssetDefinition): boolean {
  return maker.kind !== 'external';
}

/** One function makes all of its assets, whichever of them is selected. */
function withTogether(
  graph: AssetGraph<AssetDefinition>,
  made: readonly AssetDefinition[],
): readonly AssetDefinition[] {
  const tasks = new Set(made.map(({ maker }) => taskOf(maker)));
  const keys = new Set(made.map(({ key }) => key));
  const all = graph.keys.flatMap((key) => graph.find(key) ?? []);
  return all.filter(({ key, maker }) => keys.has(key) || (maker.kind === 'task' && tasks.has(taskOf(maker))));
}

function taskOf(maker: Maker): string | undefined {
  return maker.kind === 'task' ? `${maker.dagId} ${maker.taskId}` : undefined;
}

/** What a pipeline checks belongs to its windows. */
function isChecked({ maker, checks }: AssetDefinition): boolean {
  return maker.kind === 'task' && checks.length > 0;
}

interface RunFacts {
  readonly window?: Window;
  readonly params?: Readonly<Record<string, string | readonly string[]>>;
}

function runFacts(
  members: readonly AssetDefinition[],
  { partition, what }: Pick<MaterializeRequest, 'partition' | 'what'>,
): RunFacts {
  const keys = members.map(({ key }) => key);
  const isPipeline = members.some(({ maker }) => maker.kind === 'pipeline');
  const { window, name } = wantedPartition(members, partition);
  // A pipeline knows which of its windows is the next one.
  if (isPipeline) return window === undefined ? {} : { window };
  if (window === undefined && members.some(({ partitions }) => isByWindow(partitions))) throw windowMissing(keys);
  const only = what === 'assets' ? { only: keys } : { only: [], check: keys };
  return {
    ...(window && { window }),
    params: { ...only, ...(name === undefined ? {} : { partition: name }) },
  };
}

function wantedPartition(members: readonly AssetDefinition[], partition: string | undefined): Partition {
  const cuts = members.flatMap(({ partitions }) => partitions ?? []);
  const cut = cuts.find((each) => partition !== undefined && findPartition(each, partition) !== undefined) ?? cuts[0];
  return cut === undefined || partition === undefined ? {} : readPartition(cut, partition);
}

function isByWindow(partitions: Partitions | null): boolean {
  return partitions !== null && partitions.kind !== 'static';
}

function windowMissing(keys: readonly AssetKey[]): DataFailure {
  const [first = ''] = keys;
  return new DataFailure(
    'E_PARTITION_MISSING',
    `${keys.join(', ')}: made window by window, so name the partition. See which there are: windrow assets partitions ${first}.`,
  );
}

/** What would be made of it would lack the rest, and count as made. */
function stillOpen(keys: readonly AssetKey[], { end }: Window, partition = ''): DataFailure {
  return new DataFailure(
    'E_PARTITION_OPEN',
    `The window of the partition "${partition}" of ${keys.slice(0, 5).join(', ')} has not closed yet. Make it from ${end.toString()} on, or name an earlier one.`,
  );
}

function notCut(whole: readonly AssetDefinition[], partition: string): DataFailure {
  const keys = whole.slice(0, 5).map(({ key }) => key);
  return new DataFailure(
    'E_PARTITION_UNKNOWN',
    `There is no partition "${partition}" of ${keys.join(', ')}, which is one whole. Leave the partition out.`,
  );
}

function nothingMade(
  { select, what }: Pick<MaterializeRequest, 'select' | 'what'>,
  selected: readonly AssetKey[],
): DataFailure {
  const found = selected.slice(0, 5).join(', ');
  const why =
    what === 'assets'
      ? `has no asset that Windrow makes${found === '' ? '' : `: ${found} come from elsewhere`}`
      : `has no asset with checks of its own${found === '' ? '' : `: ${found}`}`;
  return new DataFailure(
    'E_ASSET_NOT_MADE',
    `The selection ${select} ${why}. See which there are: windrow assets list.`,
  );
}
