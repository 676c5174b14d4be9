import type { PluginDatabase, Temporal } from '#framework';
import { z } from 'zod';

import { namedKey } from '../partition-key.ts';
import { type Partitions, type WindowPartitions, namesOf, partitionsText, windowsOf } from '../partitions.ts';
import type { Catalog } from './catalog.ts';

export const PARTITION_STATES = ['materialized', 'failed', 'missing'] as const;
export type PartitionState = (typeof PARTITION_STATES)[number];

/** Partitions one after the other in the same state. */
export interface PartitionRange {
  readonly state: PartitionState;
  readonly from: string;
  readonly to: string;
  readonly count: number;
}

/** Ranges of what has one name, or of all that has none. */
export interface PartitionRow {
  readonly name: string | null;
  readonly ranges: readonly PartitionRange[];
}

export interface PartitionBar {
  /** Of windows with names one for each name. */
  readonly rows: readonly PartitionRow[];
  readonly counts: Readonly<Record<PartitionState, number>>;
}

export interface BarQuestion {
  readonly asset: string;
  readonly partitions: Partitions;
  readonly now: Temporal.Instant;
}

/** Bars of assets that were asked for last, each for as long as nothing has changed: reading 100,000 partitions takes 0.1 s. */
export class PartitionBars {
  readonly #kept = new Map<string, { readonly mark: string; readonly bar: PartitionBar }>();

  /** All partitions that exist at `now`, oldest first, as few ranges. `failed`: the last try failed, whatever was made before. */
  async bar(catalog: Pick<Catalog, 'database' | 'closedKeys'>, question: BarQuestion): Promise<PartitionBar> {
    const { asset, partitions, now } = question;
    const closed = (cut: WindowPartitions): readonly string[] => catalog.closedKeys(cut, now);
    const cut = windowsOf(partitions);
    const [row] = await catalog.database.run(MARK, [asset]);
    const windows = cut === undefined ? 0 : closed(cut).length;
    const mark = [MarkRow.parse(row).mark, partitionsText(partitions), windows].join(' ');
    const kept = this.#kept.get(asset);
    if (kept?.mark === mark) return kept.bar;
    const bar = barOf(rowsOf(partitions, closed), await readTried(catalog.database, asset));
    this.#kept.delete(asset);
    this.#kept.set(asset, { mark, bar });
    const [oldest] = this.#kept.keys();
    if (this.#kept.size > MOST_KEPT && oldest !== undefined) this.#kept.delete(oldest);
    return bar;
  }
}

const MOST_KEPT = 50;

/** What `PartitionBars` gives, of a catalogue that keeps them. */
export function partitionBar(catalog: Catalog, question: BarQuestion): Promise<PartitionBar> {
  return catalog.bars.bar(catalog, question);
}

interface Tried {
  readonly made: ReadonlySet<string>;
  readonly failed: ReadonlySet<string>;
}

async function readTried(database: PluginDatabase, asset: string): Promise<Tried> {
  const [row] = await database.run(TRIED, [asset]);
  return TriedRow.parse(row);
}

function barOf(named: readonly NamedKeys[], { made, failed }: Tried): PartitionBar {
  const stateOf = (key: string): PartitionState =>
    failed.has(key) ? 'failed' : made.has(key) ? 'materialized' : 'missing';
  const counts = { materialized: 0, failed: 0, missing: 0 };
  const rows = named.map(({ name, keys }) => ({ name, ranges: rangesOf(keys, stateOf) }));
  for (const { ranges } of rows) for (const { state, count } of ranges) counts[state] += count;
  return { rows, counts };
}

interface NamedKeys {
  readonly name: string | null;
  readonly keys: readonly string[];
}

function rowsOf(
  partitions: Partitions,
  closedKeys: (cut: WindowPartitions) => readonly string[],
): readonly NamedKeys[] {
  const cut = windowsOf(partitions);
  const names = namesOf(partitions)?.names;
  if (cut === undefined) return [{ name: null, keys: names ?? [] }];
  const windows = closedKeys(cut);
  if (names === undefined) return [{ name: null, keys: windows }];
  return names.map((name) => ({ name, keys: windows.map((key) => namedKey(key, name)) }));
}

function rangesOf(keys: readonly string[], stateOf: (key: string) => PartitionState): readonly PartitionRange[] {
  const ranges: { state: PartitionState; from: string; to: string; count: number }[] = [];
  for (const key of keys) {
    const state = stateOf(key);
    const last = ranges.at(-1);
    if (last?.state === state) {
      last.to = key;
      last.count += 1;
    } else ranges.push({ state, from: key, to: key, count: 1 });
  }
  return ranges;
}

// As two texts: a row for each of 100,000 partitions takes five times as long to read.
const TRIED = `
select coalesce(string_agg(partition, E'\\n') filter (where failed_id is null), '') as made,
  coalesce(string_agg(partition, E'\\n') filter (where failed_id is not null), '') as failed
from partition_status
where asset = $1`;

// What is heard has a higher number than all before, and what is forgotten is not there any more.
const MARK = `
select concat_ws(' ',
  (select count(*) from partition_status where asset = $1 and event_id is not null),
  (select max(event_id) from partition_status where asset = $1),
  (select count(*) from partition_status where asset = $1 and failed_id is not null),
  (select max(failed_id) from partition_status where asset = $1 and failed_id is not null)) as mark`;

const MarkRow = z.object({ mark: z.string() });

const Keys = z.string().transform((text): ReadonlySet<string> => new Set(text.split('\n')));

const TriedRow = z.object({ made: Keys, failed: Keys });
