import { type HookTools, Temporal } from '#framework';
import { z } from 'zod';

import type { Asset } from '../asset.ts';
import { findPartition } from '../partition-key.ts';
import { windowsOf } from '../partitions.ts';
import { FRESHNESS_STATES, type Freshness, type NewestData, freshness } from './freshness.ts';

type Tools = Pick<HookTools, 'database' | 'clock' | 'log'>;

/** Evaluates the freshness of assets, and keeps and logs what has changed. */
export async function keepFreshness({ database, clock, log }: Tools, assets: readonly Asset[]): Promise<void> {
  const watched = assets.filter((asset) => asset.freshness !== undefined);
  const keys = watched.map(({ key }) => key);
  await database.run(FORGET, [keys]);
  if (keys.length === 0) return;
  const newest = new Map(
    (await database.run(NEWEST, [keys, watched.map(isByWindow)])).map((row) => [
      String(row['asset']),
      NewestRow.parse(row),
    ]),
  );
  const known = new Map((await database.run(KNOWN, [keys])).map((row) => [String(row['asset']), KnownRow.parse(row)]));
  const now = clock.now();
  const changed = watched.flatMap((asset) => {
    const found = freshnessOf(asset, newest.get(asset.key), now);
    const before = known.get(asset.key);
    return before !== undefined && isSame(before, found) ? [] : [{ asset: asset.key, before, found }];
  });
  if (changed.length === 0) return;
  const rows = changed.map(({ asset, found }) => ({
    asset,
    state: found.state,
    changes_at: found.changesAt?.toString() ?? null,
    sentence: found.sentence,
  }));
  await database.run(KEEP, [now.toString(), JSON.stringify(rows)]);
  for (const { asset, before, found } of changed) {
    if (before?.state === found.state) continue;
    const facts = { asset, from: before?.state ?? null, to: found.state, why: found.sentence };
    if (found.state === 'overdue') log.warn('An asset is overdue', facts);
    else log.info('The freshness of an asset has changed', facts);
  }
}

function freshnessOf(asset: Asset, newest: NewestRow | undefined, now: Temporal.Instant): Freshness {
  const policy = asset.freshness;
  if (policy === undefined) throw new RangeError(`Asset ${asset.key} has no freshness policy.`);
  return freshness(policy, newest === undefined ? undefined : newestData(asset, newest), now);
}

function isByWindow({ partitions }: Asset): boolean {
  return windowsOf(partitions) !== undefined;
}

/** A partition of an earlier definition, which is cut in another way now, tells only when it was made. What came later as a whole, as by a Full, is newer. */
function newestData({ partitions }: Asset, { made_at: madeAt, partition, whole_at: wholeAt }: NewestRow): NewestData {
  const end = partitions === undefined ? undefined : findPartition(partitions, partition)?.window?.end;
  const isWholeNewer = end !== undefined && wholeAt !== null && Temporal.Instant.compare(end, wholeAt) < 0;
  return { madeAt, dataUntil: isWholeNewer ? wholeAt : end };
}

function isSame(known: KnownRow, found: Freshness): boolean {
  return (
    known.state === found.state &&
    known.sentence === found.sentence &&
    known.changes_at?.epochMilliseconds === found.changesAt?.epochMilliseconds
  );
}

const NewestRow = z.object({
  made_at: z.instanceof(Temporal.Instant),
  partition: z.string(),
  whole_at: z.instanceof(Temporal.Instant).nullable(),
});
type NewestRow = z.infer<typeof NewestRow>;

const KnownRow = z.object({
  state: z.enum(FRESHNESS_STATES),
  changes_at: z.instanceof(Temporal.Instant).nullable(),
  sentence: z.string(),
});
type KnownRow = z.infer<typeof KnownRow>;

// Keys of windows have the order of time, and begin with a year. The newest window and the newest materialization may be of
// different partitions.
const NEWEST = `
select wanted.asset, made.at as made_at, coalesce(latest.partition, '') as partition, whole.at as whole_at
from unnest($1::text[], $2::boolean[]) as wanted (asset, is_by_window)
cross join lateral (
  select at from partition_status where asset = wanted.asset and event_id is not null order by event_id desc nulls last limit 1
) as made
left join lateral (
  select partition from partition_status
  where asset = wanted.asset and event_id is not null and (not wanted.is_by_window or partition = '' or partition ~ '^[0-9]{4}-')
  order by partition desc
  limit 1
) as latest on true
left join partition_status as whole on whole.asset = wanted.asset and whole.partition = '' and whole.event_id is not null`;

const KNOWN = 'select asset, state, changes_at, sentence from asset_freshness where asset = any($1)';

const FORGET = 'delete from asset_freshness where asset <> all($1)';

const KEEP = `
with found as (
  select * from jsonb_to_recordset($2::jsonb) as n (asset text, state text, changes_at timestamptz, sentence text)
), noted as (
  insert into freshness_change (asset, at, from_state, to_state, sentence)
  select f.asset, $1, k.state, f.state, f.sentence
  from found as f left join asset_freshness as k on k.asset = f.asset
  where k.state is distinct from f.state
)
insert into asset_freshness as k (asset, state, since, changes_at, sentence)
select asset, state, $1, changes_at, sentence from found
on conflict (asset) do update set
  since = case when k.state = excluded.state then k.since else excluded.since end,
  state = excluded.state, changes_at = excluded.changes_at, sentence = excluded.sentence`;
