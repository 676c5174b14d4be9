import { z } from 'zod';

import {
  type AssetDetail as AssetDetailView,
  automationText,
  listAssets,
  partitionsText,
  policyText,
  selectAssets,
  showAsset,
  summaries,
} from '#framework/assets';

import { selecting } from '../assets/asset-desk.ts';
import { assetView, definitionOf } from '../assets/asset-view.ts';
import { groupGraph } from '../assets/group-graph.ts';
import { cursorOf, encodedCursor, limitOf } from '../cursor.ts';
import { type Endpoint, NOTHING, read } from '../endpoint.ts';
import { notFound } from '../problem.ts';
import { AssetDetail, AssetGraph, AssetList } from '../shapes/asset.ts';
import { AssetParams } from '../shapes/names.ts';

const Select = z.string().max(2000).default('');
const Place = z.tuple([z.string(), z.string()]);

export const assetEndpoints: readonly Endpoint[] = [
  read({
    path: '/assets',
    summary: 'Assets with what became of them, by group and key',
    role: 'viewer',
    params: NOTHING,
    query: z.strictObject({
      select: Select,
      search: z.string().max(200).default(''),
      limit: limitOf(100, 500),
      cursor: cursorOf(Place),
    }),
    answer: AssetList,
    run: async ({ windrow, assets, query: { cursor, ...asked } }) => {
      if (assets === undefined) return { enabled: false, items: [], next: null, total: 0, groups: [] };
      const [group, key] = cursor ?? [];
      const after = group === undefined || key === undefined ? {} : { after: { group, key } };
      const { items, next, total, groups } = await selecting('query.select', () =>
        listAssets(assets.catalog, { ...asked, ...after, now: windrow.clock.now() }),
      );
      return {
        enabled: true,
        items: items.map(assetView),
        next: next === null ? null : encodedCursor([next.group, next.key]),
        total,
        groups: [...groups].map(([group, of]) => ({ group, assets: of })),
      };
    },
  }),
  read({
    path: '/asset-graph',
    summary: 'Selected assets and what is made from what, parents first',
    role: 'viewer',
    params: NOTHING,
    query: z.strictObject({ select: Select, limit: limitOf(200, 500) }),
    answer: AssetGraph,
    run: async ({ windrow, assets, query: { select, limit } }) => {
      if (assets === undefined)
        return { enabled: false, total: 0, isCut: false, nodes: [], edges: [], groups: [], groupEdges: [] };
      const { catalog } = assets;
      const graph = await catalog.graph();
      const keys = await selecting('query.select', async () => selectAssets(graph, select));
      const shown = keys.slice(0, limit);
      const known = new Set(shown);
      const nodes = await summaries({ catalog, graph, now: windrow.clock.now() }, shown);
      const edges = shown.flatMap((to) => graph.parents(to).flatMap((from) => (known.has(from) ? [{ from, to }] : [])));
      const all = { total: keys.length, isCut: keys.length > limit, ...groupGraph(graph, keys) };
      return { enabled: true, ...all, nodes: nodes.map(assetView), edges };
    },
  }),
  read({
    path: '/assets/:key',
    summary: 'An asset with what it is made from, what is made from it, and its checks',
    role: 'viewer',
    params: AssetParams,
    query: NOTHING,
    answer: AssetDetail,
    run: async ({ windrow, assets, params: { key } }) => {
      const detail = assets && (await showAsset(assets.catalog, key, windrow.clock.now()));
      if (detail === undefined) throw notFound('asset', key);
      return detailView(detail);
    },
  }),
];

function detailView(detail: AssetDetailView) {
  const { checks, parents, children } = detail;
  const { partitions, freshness, automation, metadata, codeVersion, checks: defined } = definitionOf(detail);
  return {
    ...assetView(detail),
    metadata,
    codeVersion,
    cut: partitions && partitionsText(partitions),
    freshnessPolicy: freshness && policyText(freshness),
    automation: automation && automationText(automation),
    checkList: checkList(defined, checks),
    parents: parents.map(assetView),
    children: children.map(assetView),
  };
}

type Defined = ReturnType<typeof definitionOf>['checks'];

/** Also those that only pipelines tell of, which no definition names. */
function checkList(defined: Defined, last: AssetDetailView['checks']) {
  const names = new Set(defined.map(({ name }) => name));
  const others = last.filter(({ name }) => !names.has(name));
  return [
    ...defined.map((check) => ({ ...check, last: last.find(({ name }) => name === check.name) ?? null })),
    ...others.map((each) => ({
      name: each.name,
      description: null,
      blocking: true,
      severity: each.severity,
      last: each,
    })),
  ];
}
