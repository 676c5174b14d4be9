import { type Dag, type Temporal, silentLog } from '#framework';
import {
  type Asset,
  type DefinedAssets,
  asset,
  assetDag,
  check,
  defineAssets,
  maxAge,
  onMissing,
  windows,
} from '#framework/assets';
import { type Windrow, pluginDatabase, pluginRuns } from '#framework/operate';

/** Assets of one dag, and how many of them stand one behind the other. */
const MEMBERS = 100;
const DEPTH = 10;

export interface AssetGround extends DefinedAssets {
  readonly dags: readonly Dag[];
}

/** So many assets in groups of a hundred, each made from the one before it, ten levels deep, and each with two checks. */
export function assetGround(count: number, start: Temporal.Instant, minutes: number): AssetGround {
  const partitions = windows(`${minutes}m`, { start: start.toString() });
  const checks = ['filled', 'unique'].map((name) => check(name, {}, () => ({ passed: true })));
  const groups = Array.from({ length: Math.ceil(count / MEMBERS) }, (_, group) => {
    const members: Asset[] = [];
    for (let number = 0; number < Math.min(MEMBERS, count - group * MEMBERS); number += 1) {
      const before = number % DEPTH === 0 ? 'vault/extract' : members.at(-1);
      members.push(
        asset(
          `group_${group}/asset_${number}`,
          {
            partitions,
            checks,
            deps: before === undefined ? [] : [before],
            group: `group_${group}`,
            kinds: ['table'],
            freshness: maxAge('2h'),
            ...(number === 0 ? { automation: onMissing() } : {}),
          },
          () => undefined,
        ),
      );
    }
    return members;
  });
  return defineAssets({ dags: groups.map((assets, group) => assetDag(`assets_${group}`, { assets })) });
}

interface Filling {
  readonly start: Temporal.Instant;
  readonly minutes: number;
  /** Windows of the asset that has most of them, and of each other. */
  readonly many: number;
  readonly few: number;
  readonly large: string;
}

/** Each window materialized with a few numbers and two results of checks; one in a thousand failed. */
export async function fillAssets(windrow: Windrow, { plugin }: AssetGround, filling: Filling): Promise<void> {
  const { start, minutes, many, few, large } = filling;
  const database = pluginDatabase(windrow.store.database, plugin.name);
  const tools = { database, log: silentLog, clock: windrow.clock, runs: pluginRuns(windrow, plugin.name) };
  const tick = () =>
    plugin.hooks?.tick?.({ kind: 'tick', at: windrow.clock.now() }, { ...tools, signal: AbortSignal.timeout(60_000) });
  await tick();
  const { run } = windrow.store.database;
  for (const text of [EVENTS, RESULTS])
    await run({ text, patient: true }, [start.toString(), minutes, many, few, large]);
  for (const text of [PARTITIONS, CHECKS]) await run({ text, patient: true });
  await tick();
}

const EACH = `
from plugin_assets.asset a,
  lateral generate_series(case when a.key = $5 then 0 else $3::integer - $4::integer end, $3::integer - 1) as n (n),
  lateral (select $1::timestamptz + n * $2::integer * interval '1 minute' as w) at,
  lateral (select to_char(w at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI"Z"') as partition) p`;

const EVENTS = `
insert into plugin_assets.asset_event (id, part, asset, partition, kind, at, dag_id, run_id, metadata, data_version)
select row_number() over (order by n, a.key), 0, a.key, partition, 'materialization', w, 'assets_0', n + 1,
  jsonb_build_object('rows', jsonb_build_object('type', 'int', 'value', n), 'share', jsonb_build_object('type', 'float', 'value', 0.5)),
  '1'
${EACH}`;

const RESULTS = `
insert into plugin_assets.check_result
  (id, part, asset, partition, name, at, passed, severity, blocking, description, metadata, dag_id, run_id)
select row_number() over (order by n, a.key), c.part, a.key, partition, c.name, w, true, 'error', true, 'as it should be', '{}', 'assets_0', n + 1
${EACH},
  lateral (values (0, 'filled'), (1, 'unique')) as c (part, name)`;

const PARTITIONS = `
insert into plugin_assets.partition_status (asset, partition, event_id, part, at, data_version, changed_id, failed_id)
select asset, partition, id, part, at, data_version, id, case when id % 1000 = 0 then id + 1 end
from plugin_assets.asset_event`;

const CHECKS = `
insert into plugin_assets.check_status (asset, name, id, part, partition, at, passed, severity)
select distinct on (asset, name) asset, name, id, part, partition, at, passed, severity
from plugin_assets.check_result
order by asset, name, id desc`;
