import type { PluginDatabase, Temporal } from '#framework';
import { z } from 'zod';

import type { AssetDefinition } from '../definition.ts';
import type { AssetGraph } from '../graph.ts';
import type { AssetKey } from '../key.ts';
import { parentPartitions } from '../mapping/parent-partitions.ts';
import { findPartition } from '../partition-key.ts';
import { windowsOf } from '../partitions.ts';

/** Why a partition is out of step with what it is made from. */
export type Unsynced =
  | { readonly kind: 'missing' }
  | { readonly kind: 'code_changed'; readonly made: string | null; readonly now: string }
  | { readonly kind: 'parent_newer'; readonly parent: AssetKey; readonly partition: string | null };

/** Why, for people. */
export function unsyncedText(reason: Unsynced): string {
  switch (reason.kind) {
    case 'missing':
      return 'never made';
    case 'code_changed':
      return `made by code version ${reason.made ?? 'none'}, now ${reason.now}`;
    case 'parent_newer':
      return `${reason.parent}${reason.partition === null ? '' : ` ${reason.partition}`} is newer`;
  }
}

/** The last good materialization of a partition, as it is compared. */
export interface MadePartition {
  readonly asset: AssetKey;
  /** '' of an asset that is one whole. */
  readonly partition: string;
  readonly eventId: number | null;
  readonly codeVersion: string | null;
}

export interface StalenessTools {
  readonly database: PluginDatabase;
  readonly graph: AssetGraph<AssetDefinition>;
  readonly now: Temporal.Instant;
}

/** How many partitions of one parent are compared: a day has 96 quarters, and `all` may be any number. */
const MOST_PARENTS = 400;

/** For each of these partitions why it is unsynced, at most one reason a parent; external assets are never. */
export async function unsyncedReasons(
  { database, graph, now }: StalenessTools,
  made: readonly MadePartition[],
): Promise<ReadonlyMap<MadePartition, readonly Unsynced[]>> {
  const newer = await readNewer(
    database,
    made.flatMap((one) => parentsOf(graph, one, now)),
  );
  const newerThan = Map.groupBy(newer, ({ of }) => of);
  return new Map(
    made.map((one) => {
      const first = new Map(newerThan.get(one)?.map((each) => [each.asset, each])).values();
      const above = [...first].map(({ asset, partition }) => ({
        kind: 'parent_newer' as const,
        parent: asset,
        partition: partition === '' ? null : partition,
      }));
      return [one, [...ownReasons(graph.find(one.asset), one), ...above]];
    }),
  );
}

/** Null: any partition of the asset. */
interface ParentPartition {
  readonly of: MadePartition;
  readonly asset: AssetKey;
  readonly partition: string | null;
}

function parentsOf(
  graph: AssetGraph<AssetDefinition>,
  of: MadePartition,
  now: Temporal.Instant,
): readonly ParentPartition[] {
  const child = graph.find(of.asset);
  if (child === undefined || of.eventId === null) return [];
  const own = child.partitions === null ? undefined : findPartition(child.partitions, of.partition);
  return child.deps.flatMap(({ key, mapping }): readonly ParentPartition[] => {
    const parent = graph.find(key)?.partitions ?? undefined;
    const isAny = mapping?.kind === 'all' || (mapping?.kind !== 'last' && own?.window === undefined);
    // Thousands of windows are not named one by one.
    if (windowsOf(parent) !== undefined && isAny) return [{ of, asset: key, partition: null }];
    const keys = parentPartitions({ child: own ?? {}, parent, mapping }, now);
    return keys.slice(-MOST_PARENTS).map((partition) => ({ of, asset: key, partition: partition ?? '' }));
  });
}

function ownReasons(
  definition: AssetDefinition | undefined,
  { eventId, codeVersion }: MadePartition,
): readonly Unsynced[] {
  if (definition === undefined || definition.maker.kind === 'external') return [];
  if (eventId === null) return [{ kind: 'missing' }];
  const now = definition.codeVersion;
  return now === null || now === codeVersion ? [] : [{ kind: 'code_changed', made: codeVersion, now }];
}

/** Of these partitions those that have got other content since the child was made. */
async function readNewer(
  database: PluginDatabase,
  parents: readonly ParentPartition[],
): Promise<readonly (ParentPartition & { readonly partition: string })[]> {
  if (parents.length === 0) return [];
  const rows = await database.run(NEWER, [
    parents.map(({ asset }) => asset),
    parents.map(({ partition }) => partition),
    parents.map(({ of }) => of.eventId),
  ]);
  return rows.flatMap((row) => {
    const { place, partition } = NewerRow.parse(row);
    const parent = parents[place - 1];
    return parent === undefined ? [] : [{ ...parent, partition }];
  });
}

// What changed was made, so the newest ones are found by their event.
const NEWER = `
with asked as (
  select * from unnest($1::text[], $2::text[], $3::bigint[]) with ordinality as n (asset, partition, since, place)
)
select n.place, s.partition
from asked n
join partition_status s on s.asset = n.asset and s.partition = n.partition
where s.changed_id > n.since
union all
select n.place, f.partition
from asked n
cross join lateral (
  select s.partition
  from partition_status s
  where s.asset = n.asset and s.event_id > n.since and s.changed_id > n.since
  order by s.event_id desc nulls last
  limit 1
) f
where n.partition is null
order by 1`;

const NewerRow = z.object({ place: z.number(), partition: z.string() });
