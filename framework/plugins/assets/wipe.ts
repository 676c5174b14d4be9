import type { PluginDatabase } from '#framework';
import { z } from 'zod';

export interface Wiped {
  readonly events: number;
  readonly checks: number;
}

/** What `wipe` would forget; it changes nothing. */
export async function previewWipe(database: PluginDatabase, asset: string, partition?: string): Promise<Wiped> {
  const [row] = await database.run(PREVIEW, [asset, partition ?? null]);
  return WipedRow.parse(row);
}

/** Forgets what was made of an asset, or of one partition: the data itself stays, and the history of runs. */
export async function wipe(database: PluginDatabase, asset: string, partition?: string): Promise<Wiped> {
  const [row] = await database.run(WIPE, [asset, partition ?? null]);
  // Another partition may have been checked before.
  if (partition !== undefined) await database.run(LAST_CHECKS, [asset]);
  return WipedRow.parse(row);
}

const PREVIEW = `
select
  (select count(*) from asset_event where asset = $1 and ($2::text is null or partition = $2))::integer as events,
  (select count(*) from check_result where asset = $1 and ($2::text is null or partition = $2))::integer as checks`;

const WIPE = `
with events as (
  delete from asset_event where asset = $1 and ($2::text is null or partition = $2) returning 1
), statuses as (
  delete from partition_status where asset = $1 and ($2::text is null or partition = $2)
), results as (
  delete from check_result where asset = $1 and ($2::text is null or partition = $2) returning 1
), lasts as (
  delete from check_status where asset = $1 and ($2::text is null or partition = $2)
)
select (select count(*) from events)::integer as events, (select count(*) from results)::integer as checks`;

const LAST_CHECKS = `
insert into check_status (asset, name, id, part, partition, at, passed, severity, description)
select distinct on (name) asset, name, id, part, partition, at, passed, severity, description
from check_result
where asset = $1
order by name, id desc, part desc
on conflict do nothing`;

const WipedRow = z.object({ events: z.number(), checks: z.number() });
