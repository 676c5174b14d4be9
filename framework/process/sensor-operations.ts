import type { RunId } from '../core/ids.ts';
import type { Json } from '../core/json.ts';
import type { Window } from '../core/window.ts';
import type { SensorItem } from '../dag/sensor/sensor.ts';
import { callPoll } from '../scheduler/call-poll.ts';
import { activate } from '../queue/activate.ts';
import { UNKNOWN } from '../store/note-deed.ts';
import { previewItem, rerunItem, skipItem } from '../store/sensors/release-item.ts';
import { setCursor, setSensorPaused } from '../store/sensors/set-sensor.ts';
import { planWindows } from '../store/sensors/start-windows.ts';
import { type SensorView, findSensor, listSensors } from '../store/views/list-sensors.ts';
import { type HistoryEntry, readHistory } from '../store/views/read-history.ts';
import { type KnownItem, type SensorItemView, knownKeys, sensorItems } from '../store/views/sensor-items.ts';
import type { Page } from '../store/views/view-rows.ts';
import type { NotFound, Switched } from './operations.ts';
import type { Refused } from './trigger.ts';
import type { Windrow } from './windrow.ts';

/**
 * What people do to sensors, from the command line and the dashboard alike; `by` says who, for the history. Nothing here throws
 * for an ordinary no.
 */
export interface SensorOperations {
  readonly list: () => Promise<readonly SensorView[]>;
  /** With its newest items. */
  readonly show: (id: string, page: Page) => Promise<SensorDetail | undefined>;
  /** Polls with that cursor (undefined: without one) and shows what would start. Changes nothing; throws what the poll throws. */
  readonly previewCursor: (id: string, cursor: Json | undefined) => Promise<CursorPreview>;
  /** Replaces the cursor, or removes it, and polls at the next tick. Known keys stay known: they never start a second run. */
  readonly setCursor: (id: string, cursor: Json | undefined, by?: string) => Promise<CursorSet>;
  /** A paused sensor does not poll; the runs of its items go on. */
  readonly pause: (id: string, by?: string) => Promise<Switched>;
  readonly unpause: (id: string, by?: string) => Promise<Switched>;
  /** Whether `rerunItem`, or with `skip` `skipItem`, would do it. Changes nothing. */
  readonly previewItem: (id: string, key: string, options: { readonly skip: boolean }) => Promise<ItemPreview>;
  /** Starts a new run for an item whose run failed or was cancelled. */
  readonly rerunItem: (id: string, key: string, by?: string) => Promise<ItemRerun>;
  /** Gives an item up that failed, was cancelled, or made the last poll fail, so that later ones go on. */
  readonly skipItem: (id: string, key: string, ...why: [reason: string, by?: string]) => Promise<ItemSkipped>;
}

export interface SensorDetail extends SensorView {
  readonly items: readonly SensorItemView[];
  /** Newest first. */
  readonly history: readonly HistoryEntry[];
}

export interface PreviewedItem extends SensorItem {
  /** Returned before: it stays as it is. */
  readonly known: boolean;
  /** What it began when it was returned before. */
  readonly began: KnownItem | null;
  /** Of a pipeline: the window that it would become. */
  readonly becomes: Window | null;
}

export type CursorPreview =
  | { readonly kind: 'polled'; readonly items: readonly PreviewedItem[]; readonly cursor: Json; readonly more: boolean }
  | NotFound;
export type CursorSet = { readonly kind: 'set' } | NotFound;
export type ItemPreview = { readonly kind: 'releasable' } | NotFound | Refused;
export type ItemRerun = { readonly kind: 'started'; readonly runId: RunId } | NotFound | Refused;
export type ItemSkipped = { readonly kind: 'skipped' } | NotFound | Refused;

export function sensorOperations(windrow: Windrow): SensorOperations {
  const { database } = windrow.store;
  return {
    list: () => listSensors(database),
    show: async (id, page) => {
      const found = await findSensor(database, id);
      if (found === undefined) return undefined;
      const items = await sensorItems(database, id, page);
      const of = { dagId: found.dagId, subject: { sensor: id } };
      return { ...found, items, history: await readHistory(database, of, page.limit) };
    },
    previewCursor: (id, cursor) => previewCursor(windrow, id, cursor),
    setCursor: async (id, cursor, by = UNKNOWN) =>
      (await setCursor(database, id, { cursor, by })) ? { kind: 'set' } : NOT_FOUND,
    pause: async (id, by = UNKNOWN) =>
      (await setSensorPaused(database, id, { paused: true, by })) ? { kind: 'paused' } : NOT_FOUND,
    unpause: async (id, by = UNKNOWN) =>
      (await setSensorPaused(database, id, { paused: false, by })) ? { kind: 'unpaused' } : NOT_FOUND,
    previewItem: (sensorId, key, options) => previewItem(database, { sensorId, key }, options),
    rerunItem: async (sensorId, key, by = UNKNOWN) => {
      const released = await rerunItem(database, { sensorId, key, by });
      if (released.kind !== 'started') return released;
      await activate(windrow, released.dagId);
      return { kind: 'started', runId: released.runId };
    },
    skipItem: async (sensorId, key, ...[reason, by = UNKNOWN]) => {
      const released = await skipItem(database, { sensorId, key, by }, reason);
      if (released.kind !== 'skipped') return released;
      await activate(windrow, released.dagId);
      return { kind: 'skipped' };
    },
  };
}

const NOT_FOUND: NotFound = { kind: 'not_found' };

async function previewCursor(windrow: Windrow, id: string, cursor: Json | undefined): Promise<CursorPreview> {
  const sensor = windrow.sensors.get(id);
  if (sensor === undefined) return NOT_FOUND;
  const { signal } = new AbortController();
  const polled = await callPoll(sensor, { cursor: cursor ?? undefined, signal }, windrow);
  const { database } = windrow.store;
  const keys = polled.items.map(({ key }) => key);
  const known = await knownKeys(database, id, keys);
  const placed = new Map((await planWindows(database, sensor, polled)).map(({ key, window }) => [key, window]));
  return {
    kind: 'polled',
    items: polled.items.map((item) => ({
      ...item,
      known: known.has(item.key),
      began: known.get(item.key) ?? null,
      becomes: placed.get(item.key) ?? null,
    })),
    cursor: polled.cursor ?? cursor ?? null,
    more: polled.more ?? false,
  };
}
