import { z } from 'zod';

import {
  type AssetHappening,
  assetHistory,
  assetPlots,
  automationText,
  checkHistory,
  placeOf,
  showAutomation,
} from '#framework/assets';

import { foundAsset } from '../assets/found-asset.ts';
import { cursorOf, limitOf, pageOf } from '../cursor.ts';
import { type Endpoint, read } from '../endpoint.ts';
import { AssetAutomation, AssetCheckResult, AssetEvent, AssetPlots } from '../shapes/asset.ts';
import { AssetParams, CheckParams } from '../shapes/names.ts';
import { page } from '../shapes/scalars.ts';
import { text } from '../shapes/text.ts';

/** What one event may tell, as the database counts it. */
const MOST_PARTS = 2 ** 31 - 1;
const Id = z.number().int().nonnegative();
const Part = z.number().int().min(0).max(MOST_PARTS);
const EventPlace = z.tuple([Id, Part, z.boolean()]);
const CheckPlace = z.tuple([Id, Part]);

export const assetHistoryEndpoints: readonly Endpoint[] = [
  read({
    path: '/assets/:key/events',
    summary: 'Materializations, observations and results of checks, newest first',
    role: 'viewer',
    params: AssetParams,
    query: z.strictObject({
      partition: text(500).optional(),
      limit: limitOf(50, 500),
      cursor: cursorOf(EventPlace),
    }),
    answer: page(AssetEvent),
    run: async ({ assets, params: { key }, query: { partition, limit, cursor } }) => {
      const { database } = (await foundAsset(assets, key)).catalog;
      const [id, part, isCheck] = cursor ?? [];
      const before = id === undefined ? {} : { before: { id, part: part ?? 0, isCheck: isCheck ?? false } };
      const of = partition === undefined ? {} : { partition };
      const rows = await assetHistory(database, { asset: key, ...of, ...before, limit: limit + 1 });
      const { items, next } = pageOf(rows, limit, (last) => {
        const place = placeOf(last);
        return [place.id, place.part, place.isCheck];
      });
      return { items: items.map(named), next };
    },
  }),
  read({
    path: '/assets/:key/checks/:check',
    summary: 'Results of a check, newest first',
    role: 'viewer',
    params: CheckParams,
    query: z.strictObject({ limit: limitOf(50, 500), cursor: cursorOf(CheckPlace) }),
    answer: page(AssetCheckResult),
    run: async ({ assets, params: { key, check }, query: { limit, cursor } }) => {
      const { database } = (await foundAsset(assets, key)).catalog;
      const before = cursor === undefined ? {} : { before: { id: cursor[0], part: cursor[1] } };
      const rows = await checkHistory(database, { asset: key, name: check, ...before, limit: limit + 1 });
      const { items, next } = pageOf(rows, limit, ({ id, part }) => [id, part]);
      return { items: items.map((each) => ({ ...each, id: nameOf(each) })), next };
    },
  }),
  read({
    path: '/assets/:key/plots',
    summary: 'Numbers of the metadata of the newest materializations, oldest first',
    role: 'viewer',
    params: AssetParams,
    query: z.strictObject({ limit: limitOf(200, 1000) }),
    answer: AssetPlots,
    run: async ({ assets, params: { key }, query: { limit } }) => {
      const { database } = (await foundAsset(assets, key)).catalog;
      return { series: await assetPlots(database, { asset: key, most: limit }) };
    },
  }),
  read({
    path: '/assets/:key/automation',
    summary: 'Why the automation of an asset asks for it or not, as it was evaluated, newest first',
    role: 'viewer',
    params: AssetParams,
    query: z.strictObject({ limit: limitOf(10, 100) }),
    answer: AssetAutomation,
    run: async ({ assets, params: { key }, query: { limit } }) => {
      const { database } = (await foundAsset(assets, key)).catalog;
      const detail = await showAutomation(database, key, limit);
      if (detail === undefined) return { status: null, evaluations: [], runs: [] };
      const { status, evaluations, runs } = detail;
      return {
        status: { ...status, automation: automationText(status.automation) },
        evaluations,
        runs: runs.map((run) => ({ ...run, partition: run.partition === '' ? null : run.partition })),
      };
    },
  }),
];

function named(event: AssetHappening) {
  return event.kind === 'check' ? { ...event, id: nameOf(event) } : { ...event, id: nameOf(event) };
}

function nameOf(event: AssetHappening): string {
  const { id, part, isCheck } = placeOf(event);
  return `${id}.${part}${isCheck ? 'c' : ''}`;
}
