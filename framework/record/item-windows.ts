import { isDeepStrictEqual } from 'node:util';

import { DataFailure } from '../core/failures.ts';
import type { RecordId } from '../core/ids.ts';
import type { Json } from '../core/json.ts';
import { Temporal } from '../core/time.ts';
import { type Window, windowText } from '../core/window.ts';
import type { ItemWindow } from '../dag/sensor/item-window.ts';

/** An item of a pipeline that the sensor has not returned before. */
export interface NewItem {
  readonly key: string;
  readonly params: Readonly<Record<string, Json>>;
  readonly window: ItemWindow;
}

/** A record of the pipeline that ends where an item does. */
export interface RecordThere {
  readonly recordId: RecordId;
  readonly window: Window;
  /** The item that it was made of; null where a person or a backfill made it. */
  readonly item: string | null;
  /** Of its newest run; null where it had none. */
  readonly params: Json;
}

export interface ItemWindowFacts {
  readonly sensorId: string;
  readonly pipelineId: string;
  /** Where the newest window of the pipeline ends; undefined before the first one. */
  readonly newestEnd: Temporal.Instant | undefined;
  /** Where the first window begins, as the sensor says. */
  readonly start: Temporal.Instant | undefined;
  readonly there: readonly RecordThere[];
}

export interface PlacedItem {
  readonly key: string;
  readonly params: Readonly<Record<string, Json>>;
  readonly window: Window;
  /** The window's record exists, and somebody gave it the same params before: the item is that work. */
  readonly adopts: boolean;
  /** Time before the window that no item holds. */
  readonly gap: Window | undefined;
}

/**
 * Gives each item its window, in the order of the items. No two windows of a pipeline lie over each other; an item that would
 * is refused by name, and with it the whole poll, so that no item is passed over.
 * @throws DataFailure `E_SENSOR_START`, `E_SENSOR_WINDOW_TAKEN`, `E_SENSOR_WINDOW_PAST`, `E_SENSOR_WINDOW_EMPTY`
 */
export function placeItems(items: readonly NewItem[], facts: ItemWindowFacts): readonly PlacedItem[] {
  const placed: PlacedItem[] = [];
  let newest = facts.newestEnd;
  for (const item of items) {
    const next = adopted(item, facts) ?? following(item, newest, facts);
    placed.push(next);
    newest = newest === undefined || isAfter(next.window.end, newest) ? next.window.end : newest;
  }
  return placed;
}

function adopted({ key, params, window }: NewItem, facts: ItemWindowFacts): PlacedItem | undefined {
  const same = facts.there.filter(
    (record) => record.window.end.equals(window.end) && (window.start?.equals(record.window.start) ?? true),
  );
  const [first] = same;
  if (first === undefined) return undefined;
  const free = same.find(({ item, params: given }) => item === null && isDeepStrictEqual(given ?? params, params));
  if (free !== undefined) return { key, params, window: free.window, adopts: true, gap: undefined };
  const of = first.item === null ? 'which was started with other params' : `of the item "${first.item}"`;
  throw refused(
    facts,
    { key, code: 'E_SENSOR_WINDOW_TAKEN' },
    `has the window ${windowText(first.window)} of record ${first.recordId}, ${of}`,
  );
}

function following(item: NewItem, newest: Temporal.Instant | undefined, facts: ItemWindowFacts): PlacedItem {
  const { key, params, window } = item;
  const { end, zone = 'UTC' } = window;
  const start = window.start ?? newest ?? facts.start;
  if (start === undefined) throw withoutStart(facts, key);
  const past = newest === undefined ? undefined : pastOf(item, newest, facts);
  if (past !== undefined) throw past;
  if (!isAfter(end, start)) {
    const why = `has a window from ${start.toString()} to ${end.toString()}, which holds no time`;
    throw refused(facts, { key, code: 'E_SENSOR_WINDOW_EMPTY' }, why);
  }
  const gap = newest === undefined || newest.equals(start) ? undefined : { start: newest, end: start, zone };
  return { key, params, window: { start, end, zone }, adopts: false, gap };
}

/** Why an item does not lie behind the newest window. */
function pastOf(
  { key, window: { start, end } }: NewItem,
  newest: Temporal.Instant,
  facts: ItemWindowFacts,
): DataFailure | undefined {
  const isBehind = start === undefined ? isAfter(end, newest) : !isAfter(newest, start);
  if (isBehind) return undefined;
  const what = start === undefined ? `ends at ${end.toString()}` : `begins at ${start.toString()}`;
  const why = `${what}, but the newest window of "${facts.pipelineId}" reaches to ${newest.toString()}`;
  return refused(facts, { key, code: 'E_SENSOR_WINDOW_PAST' }, why);
}

function isAfter(a: Temporal.Instant, b: Temporal.Instant): boolean {
  return Temporal.Instant.compare(a, b) > 0;
}

function withoutStart({ sensorId, pipelineId }: ItemWindowFacts, key: string): DataFailure {
  return new DataFailure(
    'E_SENSOR_START',
    `Sensor "${sensorId}": the item "${key}" says only where its window ends, and "${pipelineId}" has no window yet that it could follow. ` +
      `Give the sensor a start: sensor('${sensorId}', { start: '2026-01-01T00:00Z', … }).`,
    { details: { key } },
  );
}

function refused(
  { sensorId, pipelineId }: ItemWindowFacts,
  { key, code }: { readonly key: string; readonly code: string },
  why: string,
): DataFailure {
  return new DataFailure(
    code,
    `Sensor "${sensorId}": the item "${key}" ${why}. Nothing of this poll is started. Correct the item, or give it up: ` +
      `windrow sensors skip ${sensorId} '${key}' --reason …; to load it in a window of its own: windrow dags trigger ${pipelineId} --window START..END`,
    { details: { key } },
  );
}
