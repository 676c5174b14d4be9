import { DataFailure, type OpenTools, type PluginVerbTools, type Temporal } from '#framework';
import { type Command, Option } from 'commander';

import { showAutomation } from '../automation/read-automation.ts';
import { findAssetKey } from '../key.ts';
import { type MaterializeRequest, materialize } from '../materialize.ts';
import { assetLineage } from '../read/asset-lineage.ts';
import { type Catalog, assetCatalog } from '../read/catalog.ts';
import { listAssets } from '../read/list-assets.ts';
import { type PartitionBar, partitionBar } from '../read/partition-bar.ts';
import { type AssetDetail, showAsset } from '../read/show-asset.ts';
import { type ProjectAssets, syncAssets } from '../sync-assets.ts';
import { previewWipe, wipe } from '../wipe.ts';
import { lineageText, listText, materializedText, partitionsText, showText } from './text.ts';

export interface VerbOptions {
  readonly open: OpenTools;
  readonly project: ProjectAssets;
}

const MOST = 10_000;
const MOST_EVALUATIONS = 5;

/** Adds `windrow assets …`. */
export function assetVerbs(program: Command, { open, project }: VerbOptions): void {
  const group = program.command('assets').description('what data exists, from what it is made, and whether it is good');
  const act = <Given extends readonly unknown[]>(run: (tools: PluginVerbTools, ...given: Given) => Promise<Said>) => {
    return async (...given: Given): Promise<void> => {
      const said = await open(async (tools) => {
        await syncAssets(tools.database, project);
        return run(tools, ...given);
      });
      const isJson = given.some(
        (each) => typeof each === 'object' && each !== null && 'json' in each && each.json === true,
      );
      program.configureOutput().writeOut?.(`${isJson ? JSON.stringify(said.json) : said.text}\n`);
    };
  };
  addReading(group, act);
  addActing(group, act);
  for (const verb of group.commands)
    verb.addOption(new Option('--json', 'print exactly one JSON value on standard output'));
}

/** What a verb answers, for people and for programs. */
interface Said {
  readonly text: string;
  readonly json: unknown;
}

type Act = <Given extends readonly unknown[]>(
  run: (tools: PluginVerbTools, ...given: Given) => Promise<Said>,
) => (...given: Given) => Promise<void>;

const SELECT = ['--select <selection>', 'for example key:"redshift/*", group:veeva, +key, key+2'] as const;

function addReading(group: Command, act: Act): void {
  group
    .command('list')
    .description('assets, with what became of them')
    .option(...SELECT)
    .action(
      act(async ({ database, clock }, { select = '' }: { readonly select?: string }) => {
        const { items } = await listAssets(assetCatalog(database), { select, limit: MOST, now: clock.now() });
        return { json: items, text: listText(items) };
      }),
    );
  group
    .command('show <key>')
    .description(
      'one asset: what it is made from, its last materialization, checks, partitions, freshness, and why its automation asks for it or not',
    )
    .action(
      act(async ({ database, clock }, key: string) => {
        const catalog = assetCatalog(database);
        const detail = await showAsset(catalog, key, clock.now());
        if (detail === undefined) throw unknownAsset(key);
        const bar = await barOf(catalog, detail, clock.now());
        const automation = (await showAutomation(database, key, MOST_EVALUATIONS)) ?? null;
        return { json: { ...detail, bar, automation }, text: showText(detail, { bar, automation }) };
      }),
    );
  group
    .command('partitions <key>')
    .description('which partitions of an asset are materialized, failed or missing')
    .action(
      act(async ({ database, clock }, key: string) => {
        const catalog = assetCatalog(database);
        const detail = await showAsset(catalog, key, clock.now());
        if (detail === undefined) throw unknownAsset(key);
        const bar = await barOf(catalog, detail, clock.now());
        return { json: bar, text: partitionsText(key, bar) };
      }),
    );
  group
    .command('lineage [selection]')
    .description('assets and what they are made from')
    .action(
      act(async ({ database }, selection: string | undefined) => {
        const nodes = await assetLineage(assetCatalog(database), selection);
        return { json: nodes, text: lineageText(nodes) };
      }),
    );
}

async function barOf(
  catalog: Catalog,
  { key, definition }: AssetDetail,
  now: Temporal.Instant,
): Promise<PartitionBar | null> {
  const partitions = definition?.partitions ?? null;
  return partitions === null ? null : partitionBar(catalog, { asset: key, partitions, now });
}

interface StartOptions {
  readonly select?: string;
  readonly partition?: string;
}

function addActing(group: Command, act: Act): void {
  group
    .command('materialize [key]')
    .description('start runs that make assets')
    .option(...SELECT)
    .option('--partition <key>', 'for example 2026-01-20T13:15Z, 2026-01-20 or eu')
    .action(act(start('assets')));
  group
    .command('check [key]')
    .description('start runs that only do the checks of assets')
    .option(...SELECT)
    .option('--partition <key>', 'as in materialize')
    .action(act(start('checks')));
  group
    .command('wipe <key>')
    .description('forget what was made of an asset; the data itself stays')
    .option('--partition <key>', 'only this partition')
    .option('--dry-run', 'show how much would be forgotten, and change nothing')
    .option('--yes', 'really forget it')
    .action(act(wipeAsset));
}

interface WipeOptions {
  readonly partition?: string;
  readonly dryRun?: boolean;
  readonly yes?: boolean;
}

async function wipeAsset({ database }: PluginVerbTools, key: string, options: WipeOptions): Promise<Said> {
  const { partition, dryRun = false, yes = false } = options;
  const found = await previewWipe(database, key, partition);
  const graph = await assetCatalog(database).graph();
  const known = findAssetKey(key);
  // What the project has no more may still have a history.
  if (found.events + found.checks === 0 && (known === undefined || !graph.has(known))) throw unknownAsset(key);
  const what = partition === undefined ? key : `${key}, partition ${partition}`;
  const counts = `${found.events} events and ${found.checks} results of checks of ${what}`;
  if (dryRun) return { json: { dryRun, ...found }, text: `Would forget ${counts}.` };
  if (!yes) {
    const hint = 'Repeat it with --yes, or look with --dry-run.';
    throw new DataFailure('E_ASSET_WIPE_UNCONFIRMED', `This would forget ${counts}. ${hint}`);
  }
  const { events, checks } = await wipe(database, key, partition);
  return {
    json: { dryRun, events, checks },
    text: `Forgot ${events} events and ${checks} results of checks of ${what}.`,
  };
}

function unknownAsset(key: string): DataFailure {
  return new DataFailure('E_ASSET_UNKNOWN', `There is no asset "${key}". See which there are: windrow assets list.`);
}

function start(what: MaterializeRequest['what']) {
  return async (
    tools: PluginVerbTools,
    key: string | undefined,
    { select, partition }: StartOptions,
  ): Promise<Said> => {
    const selection = select ?? key;
    if (selection === undefined) {
      throw new DataFailure('E_ASSET_SELECTION', 'Name an asset, or select some: --select group:veeva.');
    }
    const asked = { select: selection, what, ...(partition === undefined ? {} : { partition }) };
    const started = await materialize({ ...tools, catalog: assetCatalog(tools.database) }, asked);
    return { json: started, text: materializedText(started) };
  };
}
