import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';

import { runId } from '#framework';

import { type ApiContract, apiContract } from '../support/api-contract.ts';
import { type AssetInstallation, openAssetInstallation, partitionOf } from '../support/asset-installation.ts';
import { openShownInstallation } from '../support/dashboard-installation.ts';
import { endOf, eventually } from '../support/engine.ts';

let shown: AssetInstallation;
let contract: ApiContract;

beforeAll(async () => {
  shown = await openAssetInstallation();
  contract = await apiContract(shown.url);
});

afterAll(() => shown.close());

interface Answer {
  readonly status: number;
  readonly json: unknown;
}

const ORDERS = '/assets/raw%2Forders';
const KNOWN = z.object({ items: z.array(z.looseObject({ key: z.string() })), next: z.string().nullable() });

async function ask(path: string, init: RequestInit = {}, url = shown.url): Promise<Answer> {
  const headers = { connection: 'close', 'content-type': 'application/json' };
  const response = await fetch(`${url}/api/v1${path}`, { ...init, headers });
  return { status: response.status, json: await response.json() };
}

/** Holds the answer to the contract. */
async function held(operation: string, path: string, body?: unknown): Promise<Answer> {
  const answer = await ask(path, body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) });
  expect({ path, faults: contract.faults(operation, answer.status, answer.json) }).toEqual({ path, faults: [] });
  return answer;
}

const EXAMPLES: Readonly<Record<string, readonly string[]>> = {
  'GET /assets': ['/assets', '/assets?select=group:marts&limit=1', '/assets?search=ORDER'],
  'GET /asset-graph': ['/asset-graph', '/asset-graph?select=%2Bmarts/report&limit=2'],
  'GET /assets/{key}': [ORDERS, '/assets/marts%2Fregions', '/assets/shop%2Fdatabase', '/assets/marts%2Ftotal'],
  'GET /assets/{key}/events': [`${ORDERS}/events`, `${ORDERS}/events?partition=${partitionOf(1)}&limit=1`],
  'GET /assets/{key}/checks/{check}': [`${ORDERS}/checks/filled`, `${ORDERS}/checks/none?limit=1`],
  'GET /assets/{key}/plots': [`${ORDERS}/plots`, '/assets/shop%2Fdatabase/plots?limit=5'],
  'GET /assets/{key}/automation': ['/assets/marts%2Freport/automation', `${ORDERS}/automation`],
  'GET /assets/{key}/partitions': [
    `${ORDERS}/partitions`,
    '/assets/marts%2Fsales/partitions?limit=1',
    '/assets/marts%2Ftotal/partitions',
  ],
  'GET /assets/{key}/partitions/{partition}': [
    `${ORDERS}/partitions/${partitionOf(0)}`,
    '/assets/marts%2Fregions/partitions/us',
    `/assets/marts%2Fsales/partitions/${partitionOf(9)}%7Ceu`,
  ],
};

describe('what is told of assets', () => {
  it('has an example for every operation, and viewers may ask', async () => {
    const reading = contract.operations.filter((name) => name.startsWith('GET /asset'));
    expect(reading.toSorted()).toEqual(Object.keys(EXAMPLES).toSorted());
    for (const name of reading) expect(contract.roleOf(name)).toBe('viewer');
  });

  it('has the shapes that the document tells', async () => {
    for (const [name, paths] of Object.entries(EXAMPLES)) {
      for (const path of paths)
        expect({ path, status: (await held(name, path)).status }).toEqual({ path, status: 200 });
    }
  });

  it('stands in lists by group and key, with its status and the reason', async () => {
    const { json } = await ask('/assets');
    expect(json).toMatchObject({
      enabled: true,
      total: 6,
      groups: [
        { group: 'marts', assets: 4 },
        { group: 'raw', assets: 1 },
        { group: '', assets: 1 },
      ],
      items: [
        { key: 'marts/regions', status: 'failed', statusText: 'The last try of 1 partition failed.' },
        { key: 'marts/report', status: 'materialized', statusText: expect.stringContaining('partitions are missing') },
        { key: 'marts/sales', partitions: { materialized: 4, failed: 0 } },
        { key: 'marts/total', status: 'missing', partitions: null },
        {
          key: 'raw/orders',
          owners: ['shop@example.com'],
          last: { partition: partitionOf(1), metadata: { rows: { type: 'int', value: 3 } } },
          checks: [
            { name: 'filled', passed: true },
            { name: 'odd', passed: false, severity: 'warn' },
          ],
          freshness: { state: 'overdue' },
        },
        { key: 'shop/database', isDefined: false, status: 'external' },
      ],
    });
  });

  it.each(['/assets?', '/assets/raw%2Forders/events?', '/assets/raw%2Forders/checks/filled?'])(
    'is led through by the cursors of %s, one by one, and none twice',
    async (path) => {
      const Page = z.object({ items: z.array(z.unknown()), next: z.string().nullable() });
      const { items } = Page.parse((await ask(`${path}limit=100`)).json);
      const single: unknown[] = [];
      let next: string | null = '';
      while (next !== null) {
        const page = Page.parse((await ask(`${path}limit=1${next === '' ? '' : `&cursor=${next}`}`)).json);
        single.push(...page.items);
        next = page.next;
      }
      expect(single).toEqual(items);
      expect(items.length).toBeGreaterThan(1);
    },
  );

  it('shows what an asset is made from and what is made from it, to any depth of a selection', async () => {
    const { json } = await ask('/asset-graph?select=%2Bmarts/report');
    expect(json).toMatchObject({
      isCut: false,
      nodes: [{ key: 'shop/database' }, { key: 'raw/orders' }, { key: 'marts/report' }],
      edges: [
        { from: 'shop/database', to: 'raw/orders' },
        { from: 'raw/orders', to: 'marts/report' },
      ],
    });
    expect((await ask('/asset-graph?limit=2')).json).toMatchObject({
      isCut: true,
      total: 6,
      groups: [
        { group: '', assets: 1 },
        { group: 'marts', assets: 4 },
        { group: 'raw', assets: 1 },
      ],
      groupEdges: [
        { from: '', to: 'raw', count: 1 },
        { from: 'raw', to: 'marts', count: 1 },
      ],
    });
    expect((await ask(ORDERS)).json).toMatchObject({
      parents: [{ key: 'shop/database' }],
      children: [{ key: 'marts/report' }],
      cut: expect.stringContaining('15m in UTC'),
      freshnessPolicy: 'at most 2h old',
      checkList: [{ name: 'filled', blocking: true, last: { passed: true } }, { name: 'odd' }],
    });
  });

  it('has a row of partitions for each name, with the time that each range covers', async () => {
    const { json } = await ask('/assets/marts%2Fsales/partitions');
    const [start, end] = [`${partitionOf(0).replace('Z', '')}:00Z`, `${partitionOf(2).replace('Z', '')}:00Z`];
    const made = { state: 'materialized', count: 2, start, end };
    expect(json).toMatchObject({
      rows: [
        { name: 'eu', ranges: [{ ...made, from: `${partitionOf(0)}|eu` }, { state: 'missing' }] },
        { name: 'us', ranges: [made, { state: 'missing' }] },
      ],
      isCut: false,
    });
    expect((await ask('/assets/marts%2Fregions/partitions')).json).toMatchObject({
      counts: { materialized: 1, failed: 1, missing: 0 },
    });
    expect((await ask('/assets/marts%2Fregions/partitions/us')).json).toMatchObject({
      state: 'failed',
      made: null,
      failedRunId: expect.any(Number),
    });
  });

  it('has the numbers of its metadata by name', async () => {
    expect((await ask(`${ORDERS}/plots`)).json).toMatchObject({
      series: [
        { name: 'rows', type: 'int', points: [{ value: 3, partition: partitionOf(0) }, { partition: partitionOf(1) }] },
        { name: 'share', type: 'float', points: [{ value: 0.5 }, {}] },
      ],
    });
  });

  it('says why an automation asks for nothing', async () => {
    await eventually('the evaluation', async () => {
      const { json } = await ask('/assets/marts%2Ftotal/automation');
      return JSON.stringify(json).includes('"holds":false') ? true : undefined;
    });
    const { json } = await ask('/assets/marts%2Ftotal/automation');
    expect(json).toMatchObject({
      status: { automation: 'when its parents were made anew', refusal: null },
      evaluations: expect.arrayContaining([
        expect.objectContaining({
          verdicts: [{ partition: null, verdict: expect.objectContaining({ holds: false }) }],
        }),
      ]),
    });
  });
});

describe('what cannot be answered', () => {
  it.each([
    ['/assets?select=colour:red', 422, { problems: [{ path: 'query.select', at: 0 }] }],
    ['/asset-graph?select=key:a%20and%20(', 422, { problems: [{ path: 'query.select', at: 11 }] }],
    ['/assets/none', 404, { detail: 'There is no asset none.' }],
    ['/assets/%2F%2F', 404, {}],
    ['/assets/none/plots', 404, {}],
    ['/assets/none/events', 404, {}],
    [`${ORDERS}/partitions/yesterday`, 404, { detail: 'There is no partition yesterday of raw/orders.' }],
    [`${ORDERS}/checks/%20`, 404, {}],
    [`${ORDERS}/events?cursor=guess`, 422, {}],
  ])('is said for %s as a problem with %i', async (path, status, problem) => {
    const answer = await held('GET /assets', path);
    expect(answer).toMatchObject({ status, json: { status, ...problem } });
  });

  it('is never a failure of the server, whatever is asked', async () => {
    const names = contract.operations.filter((name) => name.includes('/asset'));
    const words = fc.constantFrom(
      'raw/orders',
      'marts/sales',
      'shop/database',
      'filled',
      partitionOf(0),
      'eu',
      '\u0000',
    );
    const segment = fc.oneof(words, fc.string());
    const query = fc.dictionary(
      fc.constantFrom('select', 'search', 'limit', 'cursor', 'partition'),
      fc.oneof(
        words,
        fc.string({ unit: 'binary' }),
        fc.constantFrom('key:"*"', '(', 'not', 'a+2', '+', 'W10', 'WyIiLCIiXQ'),
      ),
    );
    const body = fc.oneof(fc.dictionary(fc.constantFrom('dryRun', 'partition', 'more'), fc.oneof(words, fc.boolean())));
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...names),
        fc.array(segment),
        query,
        body,
        async (...[name, parts, asked, body]) => {
          const [method = '', template = ''] = name.split(' ');
          let at = 0;
          const path = template.replaceAll(/\{\w+\}/g, () => encodeURIComponent(parts[at++] ?? 'raw/orders'));
          const { status } =
            method === 'GET'
              ? await ask(`${path}?${new URLSearchParams(asked).toString()}`)
              : await ask(path, { method, body: JSON.stringify({ ...body, dryRun: true }) });
          expect(status).toBeLessThan(500);
        },
      ),
      { numRuns: 300 },
    );
  });
});

describe('a materialization that is asked for', () => {
  const Started = z.object({ runId: z.number() });
  const MATERIALIZE = 'POST /assets/{key}/materialize';
  const partition = partitionOf(5);
  const window = { start: '2026-01-20T14:15:00Z', end: '2026-01-20T14:30:00Z', zone: 'UTC' };

  it('needs an operator', () => {
    expect(contract.roleOf(MATERIALIZE)).toBe('operator');
    expect(contract.roleOf('POST /assets/{key}/check')).toBe('operator');
  });

  it('shows its run first, and then makes the partition and nothing else', async () => {
    const planned = { key: 'raw/orders', partition, dagId: 'shop', window };
    expect(await held(MATERIALIZE, `${ORDERS}/materialize`, { partition, dryRun: true })).toEqual({
      status: 200,
      json: { ...planned, dryRun: true, runId: null },
    });
    const started = await held(MATERIALIZE, `${ORDERS}/materialize`, { partition });
    expect(started).toMatchObject({ status: 200, json: { ...planned, dryRun: false } });
    const { state, tasks } = await endOf(shown.windrow, runId(Started.parse(started.json).runId));
    expect({ state, tasks }).toMatchObject({ state: 'success', tasks: { raw_orders: 'success' } });
    await eventually('the partition', async () => {
      const { json } = await ask(`${ORDERS}/partitions/${partition}`);
      return JSON.stringify(json).includes('"state":"materialized"') ? true : undefined;
    });
    expect((await ask(`/assets/marts%2Freport/partitions/${partition}`)).json).toMatchObject({ state: 'missing' });
  });

  it('can be of the checks alone', async () => {
    const checked = await held('POST /assets/{key}/check', `${ORDERS}/check`, { partition });
    const { runId: id } = Started.parse(checked.json);
    await endOf(shown.windrow, runId(id));
    const Results = z.object({ items: z.array(z.looseObject({ runId: z.number() })) });
    const [result] = await eventually('the result of the check', async () => {
      const { items } = Results.parse((await ask(`${ORDERS}/checks/filled?limit=1`)).json);
      return items[0]?.runId === id ? items : undefined;
    });
    expect(result).toMatchObject({ name: 'filled', partition, passed: true });
  });

  it.each([
    [ORDERS, {}, 422, 'name the partition'],
    [ORDERS, { partition: '2026-01-20T13:07Z' }, 422, 'There is no partition'],
    [ORDERS, { partition: 'a\u0000' }, 422, 'U+0000'],
    ['/assets/marts%2Ftotal', { partition: 'eu' }, 422, 'one whole'],
    ['/assets/shop%2Fdatabase', {}, 409, 'come from elsewhere'],
    ['/assets/none', {}, 404, 'There is no asset none.'],
  ])('of %s with %j is refused with %i', async (...[path, body, status, text]) => {
    for (const dryRun of [true, false]) {
      const answer = await held(MATERIALIZE, `${path}/materialize`, { ...body, dryRun });
      expect(answer).toMatchObject({ status, json: { detail: expect.stringContaining(text) } });
    }
  });

  it('of checks that an asset has not is refused', async () => {
    expect(await held('POST /assets/{key}/check', '/assets/marts%2Ftotal/check', {})).toMatchObject({
      status: 409,
      json: { detail: expect.stringContaining('no asset with checks') },
    });
  });
});

describe('a failed blocking check', () => {
  it('is the status of its asset, and what is made from it stays as it was', async () => {
    await shown.sell(2);
    const { items } = KNOWN.parse((await ask('/assets?select=raw/orders')).json);
    expect(items).toMatchObject([
      { status: 'check_failed', statusText: `Check filled failed: Sold in ${partitionOf(2)}` },
    ]);
    expect((await ask(`/assets/marts%2Freport/partitions/${partitionOf(2)}`)).json).toMatchObject({ state: 'missing' });
  });
});

describe('an installation without assets', () => {
  it('says so, and has no asset of any name', async () => {
    const other = await openShownInstallation('postgres');
    try {
      expect((await ask('/assets', {}, other.url)).json).toMatchObject({ enabled: false, items: [] });
      expect((await ask('/asset-graph', {}, other.url)).json).toMatchObject({ enabled: false, nodes: [] });
      expect((await ask(ORDERS, {}, other.url)).status).toBe(404);
    } finally {
      await other.close();
    }
  });
});
