import type { PluginDatabase } from '#framework';

import { type Asset, asset } from './asset.ts';
import { type Maker, definitionJson } from './definition.ts';
import type { AssetKey } from './key.ts';
import type { TablesOption } from './materializes.ts';
import type { WindowPartitions } from './partitions.ts';

export interface KnownAsset {
  readonly asset: Asset;
  readonly maker: Maker;
}

/** What a project says of its assets. */
export interface ProjectAssets {
  readonly known: readonly KnownAsset[];
  /** Below them are the tables that its pipelines load. */
  readonly prefixes: readonly AssetKey[];
}

/** Keeps what the project says of its assets; those that it has no more are marked, also tables that no pipeline loads any more. */
export async function syncAssets(database: PluginDatabase, { known, prefixes }: ProjectAssets): Promise<void> {
  const rows = known.map(({ asset, maker }) => ({ key: asset.key, definition: definitionJson(asset, maker) }));
  await database.run(SYNC, [JSON.stringify(rows), prefixes]);
}

interface Discovery {
  readonly dagId: string;
  readonly tables: TablesOption;
  readonly keys: readonly AssetKey[];
  /** By the windows of the pipeline, from the one that it has loaded. */
  readonly partitions?: WindowPartitions;
}

/** Makes tables that a window loaded known as assets. */
export async function discoverTables(
  database: PluginDatabase,
  { dagId, tables, keys, partitions }: Discovery,
): Promise<void> {
  const { from, group, kinds } = tables;
  const options = { deps: from.map((key) => ({ key })), group, kinds, ...(partitions && { partitions }) };
  const rows = keys.map((key) => ({
    key,
    definition: definitionJson(asset(key, options), { kind: 'pipeline', dagId }),
  }));
  await database.run(DISCOVER, [JSON.stringify(rows)]);
}

const SYNC = `
with given as (
  select key, definition from jsonb_to_recordset($1::jsonb) as n (key text, definition jsonb)
), gone as (
  update asset set is_defined = false, changed_at = now()
  where is_defined and not is_discovered and key not in (select key from given)
), loaded as (
  select key, exists (select from unnest($2::text[]) as p (prefix) where starts_with(key, prefix || '/')) as is_loaded
  from asset
  where is_discovered and key not in (select key from given)
), turned as (
  update asset as a set is_defined = l.is_loaded, changed_at = now()
  from loaded as l
  where a.key = l.key and a.is_defined <> l.is_loaded
)
insert into asset as a (key, definition)
select key, definition from given
on conflict (key) do update set definition = excluded.definition, is_defined = true, is_discovered = false, changed_at = now()
where a.definition <> excluded.definition or not a.is_defined or a.is_discovered`;

// What the project itself says of a table goes before what is known of all tables. Several pipelines may load one: that whose
// windows cut it makes it, and it begins with the first of them that was loaded.
const DISCOVER = `
with given as (
  select key, definition, definition -> 'partitions' as cut
  from jsonb_to_recordset($1::jsonb) as n (key text, definition jsonb)
), merged as (
  select g.key,
    case
      when (g.cut -> 'windows') - 'start' = (k.cut -> 'windows') - 'start'
      then jsonb_set(g.definition, '{partitions,windows,start}', least(k.cut #> '{windows,start}', g.cut #> '{windows,start}'))
      else g.definition
    end as definition
  from given g
  left join (select key, definition -> 'partitions' as cut from asset) k on k.key = g.key
  where k.key is null or g.cut <> 'null' or k.cut = 'null'
)
insert into asset as a (key, definition, is_discovered)
select key, definition, true from merged
on conflict (key) do update set definition = excluded.definition, is_defined = true, is_discovered = true, changed_at = now()
where not a.is_defined or (a.is_discovered and a.definition <> excluded.definition)`;
