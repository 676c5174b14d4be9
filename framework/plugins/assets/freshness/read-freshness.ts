import { type PluginDatabase, Temporal } from '#framework';
import { z } from 'zod';

import { FRESHNESS_STATES } from './freshness.ts';

const State = z.enum(FRESHNESS_STATES);
const Instant = z.instanceof(Temporal.Instant);

const FreshAsset = z
  .object({ asset: z.string(), state: State, since: Instant, changes_at: Instant.nullable(), sentence: z.string() })
  .transform(({ changes_at: changesAt, ...rest }) => ({ ...rest, changesAt }));
/** The freshness of an asset as it was evaluated last. */
export type FreshAsset = Readonly<z.infer<typeof FreshAsset>>;

const FreshnessChange = z
  .object({ at: Instant, from_state: State.nullable(), to_state: State, sentence: z.string() })
  .transform(({ from_state: from, to_state: to, ...rest }) => ({ ...rest, from, to }));
export type FreshnessChange = Readonly<z.infer<typeof FreshnessChange>>;

/** Of each asset that has a policy, or of these. */
export async function readFreshness(
  database: PluginDatabase,
  assets?: readonly string[],
): Promise<readonly FreshAsset[]> {
  const rows = await database.run(READ, [assets ?? null]);
  return rows.map((row) => FreshAsset.parse(row));
}

/** How the freshness of an asset has changed, newest first, at most 100 times. */
export async function freshnessChanges(database: PluginDatabase, asset: string): Promise<readonly FreshnessChange[]> {
  return (await database.run(CHANGES, [asset])).map((row) => FreshnessChange.parse(row));
}

const READ = `
select asset, state, since, changes_at, sentence from asset_freshness where $1::text[] is null or asset = any($1) order by asset`;

const CHANGES = `
select at, from_state, to_state, sentence from freshness_change where asset = $1 order by id desc limit 100`;
