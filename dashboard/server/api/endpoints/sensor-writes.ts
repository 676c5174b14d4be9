import { DataFailure, type Json, RemoteFailure } from '#framework';
import { type CursorPreview, type Windrow, sensorOperations } from '#framework/operate';

import { accepted, reasonOf } from '../accepted.ts';
import { type Endpoint, write } from '../endpoint.ts';
import { Problem, notFound } from '../problem.ts';
import { NoQuestions } from '../shapes/deed.ts';
import { DagParams } from '../shapes/names.ts';
import {
  CursorAnswer,
  CursorBody,
  ItemBody,
  ItemRerun,
  ItemSkipBody,
  ItemSkipped,
  SensorSwitched,
} from '../shapes/sensor.ts';

/** So many items a preview shows one by one. */
const SHOWN = 100;

export const sensorWriteEndpoints: readonly Endpoint[] = [
  write({
    path: '/sensors/:id/cursor',
    summary: 'Replaces what a sensor counts as seen; a dry run polls with that cursor and shows what would start',
    role: 'operator',
    params: DagParams,
    body: CursorBody,
    answer: CursorAnswer,
    run: async ({ windrow, actor, params: { id }, body: { dryRun, cursor } }) => {
      const about = { what: 'sensor', id };
      if (dryRun) {
        const polled = accepted(await previewed(windrow, id, cursor), about);
        return { dryRun, id, cursor, poll: pollShown(polled) };
      }
      accepted(await sensorOperations(windrow).setCursor(id, cursor, actor), about);
      return { dryRun, id, cursor, poll: null };
    },
  }),
  write({
    path: '/sensors/:id/items/rerun',
    summary: 'Starts a new run for an item whose run failed or was cancelled',
    role: 'operator',
    params: DagParams,
    body: ItemBody,
    answer: ItemRerun,
    run: async ({ windrow, actor, params: { id }, body: { dryRun, key } }) => {
      const { previewItem, rerunItem } = sensorOperations(windrow);
      const about = { what: `item ${key} of sensor`, id };
      if (dryRun) {
        accepted(await previewItem(id, key, { skip: false }), about);
        return { dryRun, id, key, runId: null };
      }
      return { dryRun, id, key, runId: accepted(await rerunItem(id, key, actor), about).runId };
    },
  }),
  write({
    path: '/sensors/:id/items/skip',
    summary: 'Gives up an item that failed, was cancelled or made the last poll fail: later ones go on',
    role: 'operator',
    params: DagParams,
    body: ItemSkipBody,
    answer: ItemSkipped,
    run: async ({ windrow, actor, params: { id }, body: { dryRun, key, reason } }) => {
      const { previewItem, skipItem } = sensorOperations(windrow);
      const asked = dryRun ? previewItem(id, key, { skip: true }) : skipItem(id, key, reasonOf(reason), actor);
      accepted(await asked, { what: `item ${key} of sensor`, id });
      return { dryRun, id, key };
    },
  }),
  switching('pause', 'Polls no more; runs of its items go on'),
  switching('unpause', 'Polls again, from the cursor on'),
];

/** What the sensor's own code throws is a no to this cursor, not a fault of the dashboard. */
async function previewed(windrow: Windrow, id: string, cursor: Json): Promise<CursorPreview> {
  try {
    return await sensorOperations(windrow).previewCursor(id, cursor);
  } catch (error) {
    if (error instanceof DataFailure || error instanceof RemoteFailure) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new Problem('E_REFUSED', `Sensor ${id} cannot be polled with this cursor: ${reason}`);
  }
}

function pollShown({ items, cursor, more }: Extract<CursorPreview, { kind: 'polled' }>) {
  return {
    total: items.length,
    fresh: items.filter(({ known }) => !known).length,
    items: items.slice(0, SHOWN).map(({ key, params, known, began, becomes }) => ({
      key,
      params: params ?? null,
      known,
      runId: began?.runId ?? null,
      recordId: began?.recordId ?? null,
      becomes,
    })),
    cursor,
    more,
  };
}

function switching(verb: 'pause' | 'unpause', summary: string): Endpoint {
  return write({
    path: `/sensors/:id/${verb}`,
    summary,
    role: 'operator',
    params: DagParams,
    body: NoQuestions,
    answer: SensorSwitched,
    run: async ({ windrow, actor, params: { id }, body: { dryRun } }) => {
      const sensors = sensorOperations(windrow);
      if (dryRun && (await sensors.show(id, { limit: 1 })) === undefined) throw notFound('sensor', id);
      if (!dryRun) accepted(await sensors[verb](id, actor), { what: 'sensor', id });
      return { dryRun, id, paused: verb === 'pause' };
    },
  });
}
