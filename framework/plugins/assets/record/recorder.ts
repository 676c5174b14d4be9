import { type ExtendingPlugin, type PluginAttempt, type PluginDatabase, definePlugin } from '#framework';
import { z } from 'zod';

import type { Asset, Materialized } from '../asset.ts';
import type { EarlierNumbers } from '../asset-check.ts';
import { type AssetKey, assetKey } from '../key.ts';
import { readMetadata } from '../metadata.ts';
import type { Noted, NotedFacts } from './noted.ts';

export const PLUGIN = 'assets';
export const VERSION = '1.0.0';

/** What task code gets by `context.extensions.get(assets)`. What it says counts once the try has succeeded. */
export interface AssetRecorder {
  /** Says that the task has made an asset; the partition is that of the run's window unless another one is named. */
  readonly materialized: (asset: Asset | string, facts?: RecordedFacts) => void;
  /** Says something of an asset that is made elsewhere. */
  readonly observed: (asset: Asset | string, facts?: RecordedFacts) => void;
  /** @internal for the tasks of assets and checks */
  readonly note: (noted: Noted) => void;
  /** @internal numbers of earlier runs, newest first */
  readonly earlier: (of: Checked, question: EarlierNumbers) => Promise<readonly number[]>;
}

/** What is being checked. */
interface Checked {
  readonly asset: AssetKey;
  readonly check: string;
  /** Of what is cut by windows: the one that is checked. Only what came last of each other window counts, of the same name. */
  readonly window: string | null;
}

export interface RecordedFacts extends Materialized {
  readonly partition?: string | null;
}

/** For task code: `context.extensions.get(assets).materialized('marts/orders', { metadata: { rows: 3 } })`. */
export const assets: ExtendingPlugin<AssetRecorder> = definePlugin({
  name: PLUGIN,
  version: VERSION,
  context: (attempt: PluginAttempt): AssetRecorder => ({
    materialized: (asset, facts = {}) => attempt.note(notedFacts('materialization', asset, facts)),
    observed: (asset, facts = {}) => attempt.note(notedFacts('observation', asset, facts)),
    note: (noted) => attempt.note(noted),
    earlier: (checked, question) => earlierNumbers(attempt, { ...checked, ...question }),
  }),
});

function notedFacts(kind: NotedFacts['kind'], asset: Asset | string, facts: RecordedFacts): NotedFacts {
  const key = typeof asset === 'string' ? assetKey(asset) : asset.key;
  const codeVersion = typeof asset === 'string' ? undefined : asset.codeVersion;
  const { metadata = {}, partition, dataVersion } = facts;
  return {
    kind,
    asset: key,
    metadata: readMetadata(`Asset "${key}"`, metadata),
    ...(partition === undefined ? {} : { partition }),
    ...(dataVersion === undefined ? {} : { dataVersion }),
    ...(codeVersion === undefined ? {} : { codeVersion }),
  };
}

interface EarlierQuestion extends EarlierNumbers, Checked {}

async function earlierNumbers(
  { database, runId }: { readonly database: PluginDatabase; readonly runId: number },
  { of, asset, check, window, name, atMost }: EarlierQuestion,
): Promise<readonly number[]> {
  const rows =
    of === 'materializations'
      ? await database.run(MATERIALIZED, [asset, name, runId, atMost, window])
      : await database.run(CHECKED, [asset, name, runId, atMost, window, check]);
  return rows.map((row) => NumberRow.parse(row).value);
}

// A window that is made again counts once, and is not compared with itself.
function ofOtherWindows(table: string, same: string): string {
  return `($5::text is null or (
  e.partition not in ('', $5) and split_part(e.partition, '|', 2) = split_part($5, '|', 2)
  and not exists (
    select from ${table} as newer
    where newer.asset = e.asset and newer.partition = e.partition and ${same} and (newer.id, newer.part) > (e.id, e.part)
  )))`;
}

const MATERIALIZED = `
select (metadata -> $2 ->> 'value')::float8 as value
from asset_event as e
where asset = $1 and kind = 'materialization' and run_id is distinct from $3
  and metadata -> $2 ->> 'type' in ('int', 'float', 'bytes', 'duration')
  and ${ofOtherWindows('asset_event', 'newer.kind = e.kind')}
order by id desc, part desc
limit $4`;

const CHECKED = `
select (metadata -> $2 ->> 'value')::float8 as value
from check_result as e
where asset = $1 and name = $6 and run_id is distinct from $3
  and metadata -> $2 ->> 'type' in ('int', 'float', 'bytes', 'duration')
  and ${ofOtherWindows('check_result', 'newer.name = e.name')}
order by id desc, part desc
limit $4`;

const NumberRow = z.object({ value: z.number() });
