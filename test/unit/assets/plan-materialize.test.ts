import { Temporal } from '#framework';
import { assetGraph, asset, multiAsset, names, planMaterialize, product, windows } from '#framework/assets';
import { describe, expect, it } from 'vitest';

import { definitionJson, definitionReader } from '../../../framework/plugins/assets/definition.ts';
import { failureOf } from '../../support/failure-of.ts';

const quarters = windows('15m', { start: '2026-01-20T13:00Z' });
const orders = asset('orders', { partitions: quarters }, () => {});
const sales = asset('sales', { partitions: product(quarters, names('eu', 'us')), deps: [orders] }, () => {});
const both = multiAsset('split', { assets: { left: {}, right: {} } }, () => ({}));

const read = definitionReader();
const graph = assetGraph(
  [orders, sales, ...both].map((each) =>
    read(definitionJson(each, { kind: 'task', dagId: 'shop', taskId: each.work?.taskId ?? '' })),
  ),
);
const plan = (select: string, partition?: string, now = '2026-01-20T13:30Z') =>
  planMaterialize(graph, {
    select,
    what: 'assets',
    now: Temporal.Instant.from(now),
    ...(partition === undefined ? {} : { partition }),
  });

describe('what a request to materialize would start', () => {
  it.each([
    ['2026-01-20T13:15Z', {}],
    ['2026-01-20T13:15Z|eu', { partition: 'eu' }],
  ])('takes the partition %s of any asset of the run', (partition, name) => {
    const [planned, ...others] = plan('orders or sales', partition);
    expect(others).toEqual([]);
    expect(planned?.window?.start.toString()).toBe('2026-01-20T13:15:00Z');
    expect(planned?.params).toEqual({ only: ['orders', 'sales'], ...name });
  });

  it('refuses a partition that no asset of the run has', () => {
    expect(failureOf(() => plan('orders or sales', '2026-01-20T13:15Z|asia')).code).toBe('E_PARTITION_UNKNOWN');
  });

  it('refuses a window that has not closed: what is made of it would lack the rest', () => {
    const failure = failureOf(() => plan('orders', '2026-01-20T13:15Z', '2026-01-20T13:29:59Z'));
    expect(failure).toMatchObject({
      code: 'E_PARTITION_OPEN',
      message: expect.stringContaining('from 2026-01-20T13:30:00Z on'),
    });
    expect(failureOf(() => plan('orders or sales', '2062-01-20T13:15Z|eu')).code).toBe('E_PARTITION_OPEN');
  });

  it('names all that one function makes, whichever of its assets is selected', () => {
    expect(plan('left')).toMatchObject([{ assets: ['left', 'right'], params: { only: ['left', 'right'] } }]);
  });
});
