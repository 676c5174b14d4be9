import { type PluginDatabase, Temporal } from '#framework';
import { z } from 'zod';

import type { Asset } from '../asset.ts';
import type { AssetKey } from '../key.ts';
import { parentPartitions } from '../mapping/parent-partitions.ts';
import { partitionKey } from '../partition-key.ts';
import type { Partition } from '../partitions.ts';
import type { Automation } from './automation.ts';
import { candidates } from './candidates.ts';
import type { AutomationFacts, ParentFacts, PartitionFacts } from './facts.ts';

export interface FactsQuestion {
  readonly asset: Asset;
  readonly automation: Automation;
  readonly attachedAt: Temporal.Instant;
  readonly now: Temporal.Instant;
  /** What the project knows of a parent. */
  readonly find: (key: AssetKey) => Pick<Asset, 'partitions'> | undefined;
}

/** Facts of the partitions that may be asked for, and each as what it is made of. */
export interface Gathered {
  readonly facts: AutomationFacts;
  readonly partitions: ReadonlyMap<string | null, Partition>;
}

/** Looks up what is known of the partitions of an asset and of its parents. */
export async function gatherFacts(database: PluginDatabase, question: FactsQuestion): Promise<Gathered> {
  const { asset, automation, attachedAt, now } = question;
  const all = candidates(automation, asset.partitions, { now, attachedAt });
  const named = all.map((partition) => ({
    key: asset.partitions === undefined ? null : partitionKey(asset.partitions, partition),
    partition,
  }));
  const own = named.map(({ key }) => ({ asset: asset.key, partition: key }));
  const keys = asset.work?.keys ?? [asset.key];
  const made = await madeAt(database, own);
  const begun = await begunAt(database, { asset: asset.key, keys }, own);
  const asked = await requested(database, keys, own);
  // Where a partition that is made is never asked for again, nothing of its parents matters.
  const isDone = (key: string | null): boolean =>
    (automation.kind === 'on_missing' || automation.kind === 'on_window_close') && made.has(nameOf(asset.key, key));
  const needs = new Map(named.map(({ key, partition }) => [key, isDone(key) ? [] : parentsOf(question, partition)]));
  const parents = await madeAt(database, [...needs.values()].flat());
  const overdue = await overdueAssets(database, asset);
  const factsOf = ({ asset: of, partition }: Needed, childRun: string | null | undefined): ParentFacts => {
    const parent = partition === undefined ? undefined : parents.get(nameOf(of, partition));
    return {
      asset: of,
      partition,
      madeAt: parent?.at,
      isOfSameRun: typeof childRun === 'string' && parent?.run === childRun,
      isOverdue: overdue.has(of),
    };
  };
  const facts = named.map(({ key, partition }): PartitionFacts => {
    const earlier = asked.filter((request) => request.partition === (key ?? ''));
    const last = made.get(nameOf(asset.key, key));
    return {
      partition: key,
      closesAt: partition.window?.end,
      madeAt: last?.at,
      begunAt: begun.get(key ?? ''),
      isInProgress: earlier.some(({ is_open: isOpen }) => isOpen),
      causes: new Set(earlier.filter((request) => request.asset === asset.key).map(({ cause }) => cause)),
      parents: (needs.get(key) ?? []).map((needed) => factsOf(needed, last?.run)),
    };
  });
  return {
    facts: { now, attachedAt, partitions: facts },
    partitions: new Map(named.map(({ key, partition }) => [key, partition])),
  };
}

interface Needed {
  readonly asset: AssetKey;
  /** Undefined where the parent has none that belongs to it. */
  readonly partition: string | null | undefined;
}

/** Beside the beginning of a parent there is nothing to wait for; otherwise a parent without a partition holds it back. */
function parentsOf({ asset, now, find }: FactsQuestion, child: Partition): readonly Needed[] {
  return asset.deps.flatMap(({ key, mapping }): readonly Needed[] => {
    const keys = parentPartitions({ child, parent: find(key)?.partitions, mapping }, now);
    if (keys.length === 0 && mapping?.kind !== 'offset') return [{ asset: key, partition: undefined }];
    return keys.map((partition) => ({ asset: key, partition }));
  });
}

async function madeAt(
  database: PluginDatabase,
  needed: readonly Needed[],
): Promise<ReadonlyMap<string, Omit<z.output<typeof MadeRow>, 'asset' | 'partition'>>> {
  const known = needed.flatMap(({ asset, partition }) =>
    partition === undefined ? [] : [[asset, partition ?? ''] as const],
  );
  if (known.length === 0) return new Map();
  const rows = await database.run(MADE, [known.map(([asset]) => asset), known.map(([, partition]) => partition)]);
  return new Map(
    rows.map((row) => {
      const { asset, partition, at, run } = MadeRow.parse(row);
      return [nameOf(asset, partition), { at, run }];
    }),
  );
}

/** When the runs were asked for that have made these partitions, by their keys. */
async function begunAt(
  database: PluginDatabase,
  { asset, keys }: { readonly asset: AssetKey; readonly keys: readonly AssetKey[] },
  own: readonly Needed[],
): Promise<ReadonlyMap<string, Temporal.Instant>> {
  const rows = await database.run(BEGUN, [asset, own.map(({ partition }) => partition ?? ''), keys]);
  return new Map(rows.map((row) => BegunRow.parse(row)).map(({ partition, at }) => [partition, at]));
}

/** What one function makes is under way whichever of its assets was asked for. */
async function requested(database: PluginDatabase, keys: readonly AssetKey[], own: readonly Needed[]) {
  const partitions = own.map(({ partition }) => partition ?? '');
  return (await database.run(REQUESTED, [keys, partitions])).map((row) => RequestedRow.parse(row));
}

async function overdueAssets(database: PluginDatabase, { deps }: Asset): Promise<ReadonlySet<string>> {
  const rows = await database.run(OVERDUE, [deps.map(({ key }) => key)]);
  return new Set(rows.map((row) => String(row['asset'])));
}

function nameOf(asset: string, partition: string | null): string {
  return `${asset} ${partition ?? ''}`;
}

const MadeRow = z.object({
  asset: z.string(),
  partition: z.string(),
  at: z.instanceof(Temporal.Instant),
  /** Null where no run has made it. */
  run: z.string().nullable(),
});
const BegunRow = z.object({ partition: z.string(), at: z.instanceof(Temporal.Instant) });
const RequestedRow = z.object({ asset: z.string(), partition: z.string(), cause: z.string(), is_open: z.boolean() });

const MADE = `
select s.asset, s.partition, s.at, e.run_id::text as run
from (select distinct * from unnest($1::text[], $2::text[]) as n (asset, partition)) as wanted
join partition_status as s on s.asset = wanted.asset and s.partition = wanted.partition
left join asset_event as e on e.id = s.event_id and e.part = s.part
where s.event_id is not null`;

const BEGUN = `
select s.partition, min(r.at) as at
from partition_status as s
join asset_event as e on e.id = s.event_id and e.part = s.part
join automation_request as r on r.asset = any($3) and r.partition = s.partition and r.run_id = e.run_id
where s.asset = $1 and s.partition = any($2)
group by s.partition`;

const REQUESTED = `
select asset, partition, cause, ended_at is null as is_open
from automation_request
where asset = any($1) and partition = any($2)
order by at desc
limit 5000`;

const OVERDUE = `select asset from asset_freshness where asset = any($1) and state = 'overdue'`;
