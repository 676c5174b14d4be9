import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';

import { startDashboard } from '#dashboard';
import { Temporal, runId } from '#framework';

import { type ApiContract, apiContract } from '../support/api-contract.ts';
import {
  type ShownInstallation,
  openShownInstallation,
  runShipments,
  runWindow,
} from '../support/dashboard-installation.ts';
import { depot } from '../support/depot.ts';
import { endOf, eventually } from '../support/engine.ts';
import { TestClock } from '../support/test-clock.ts';

let shown: ShownInstallation;
let contract: ApiContract;
let record: number;
let run: number;
let backfill: number;

beforeAll(async () => {
  shown = await openShownInstallation('postgres', [], depot());
  contract = await apiContract(shown.url);
  record = await runWindow(shown.windrow, 0);
  for (const index of [1, 2, 3]) await runWindow(shown.windrow, index);
  run = await runShipments(shown.windrow);
  backfill = await backfillOf(shown);
});

afterAll(() => shown.close());

/** Of one window, whose run has ended. */
async function backfillOf({ url, windrow }: ShownInstallation): Promise<number> {
  const headers = { 'content-type': 'application/json' };
  const body = JSON.stringify({
    dagId: 'orders',
    from: '2026-01-20T13:15:00Z',
    to: '2026-01-20T13:30:00Z',
    only: 'all',
  });
  const created = await fetch(`${url}/api/v1/backfills`, { method: 'POST', headers, body });
  const { id } = z.object({ backfill: z.object({ id: z.number() }) }).parse(await created.json()).backfill;
  const Windows = z.object({ windows: z.array(z.object({ runId: z.number().nullable() })) });
  const begun = await eventually('the run of the backfill', async () => {
    const answer = await fetch(`${url}/api/v1/backfills/${id}`);
    return Windows.parse(await answer.json()).windows[0]?.runId ?? undefined;
  });
  await endOf(windrow, runId(begun));
  return id;
}

interface Answer {
  readonly status: number;
  readonly json: unknown;
}

// A connection that idles while other tests take the processor is cut, and the next request on it may meet that.
const ALONE = { connection: 'close' };

async function get(path: string): Promise<Answer> {
  const response = await fetch(`${shown.url}/api/v1${path}`, { headers: ALONE });
  return { status: response.status, json: await response.json() };
}

const STRETCH = 'from=2026-01-20T13:30:00Z&to=2026-01-20T14:00:00Z';

/** An address for every operation that reads, by its name in the document. */
function examples(): Readonly<Record<string, readonly string[]>> {
  return {
    'GET /session': ['/session'],
    'GET /home': ['/home'],
    'GET /audit': [
      '/audit',
      '/audit?actor=local&from=2026-01-20T00:00:00Z&to=2126-01-20T00:00:00Z&dag=orders&run=1&record=1',
    ],
    'GET /users': ['/users'],
    'GET /tokens': ['/tokens'],
    'GET /dags': ['/dags', '/dags?limit=1'],
    'GET /dags/{id}': ['/dags/orders', '/dags/shipments'],
    'GET /dags/{id}/grid': ['/dags/orders/grid', '/dags/shipments/grid', '/dags/orders/grid?limit=2'],
    'GET /dags/{id}/runs': ['/dags/orders/runs?limit=2'],
    'GET /runs': ['/runs', '/runs?state=success&dag=orders', `/runs?record=${record}`, `/runs?${STRETCH}`],
    'GET /runs/{id}': [`/runs/${run}`],
    'GET /runs/{id}/tasks/{task}/log': [
      `/runs/${run}/tasks/send_parcels/log`,
      `/runs/${run}/tasks/send_parcels/log?attempt=1&instance=0&after=1&limit=1`,
    ],
    'GET /records/{id}/explain': [`/records/${record}/explain`],
    'GET /runs/{id}/explain': [`/runs/${run}/explain`],
    'GET /runs/{id}/tasks/{task}/explain': [`/runs/${run}/tasks/send_parcels/explain`],
    'GET /backfills': ['/backfills', '/backfills?dag=orders&limit=1'],
    'GET /backfills/{id}': [`/backfills/${backfill}`, `/backfills/${backfill}?limit=1`],
    'GET /backfills/{id}/explain': [`/backfills/${backfill}/explain`],
    'GET /sensors': ['/sensors'],
    'GET /sensors/{id}': ['/sensors/arrivals', '/sensors/arrivals?limit=1'],
    'GET /schedules': ['/schedules', '/schedules?limit=1'],
    'GET /pools': ['/pools'],
    'GET /processes': ['/processes'],
    'GET /drift': [
      '/drift',
      '/drift?pipeline=orders&table=ord&decision=applied&since=2020-01-01T00:00:00Z&until=2099-01-01T00:00:00Z',
      `/drift?record=${record}`,
    ],
    'GET /files': ['/files', '/files?pipeline=orders&status=LOADED&path=a', '/files?prefix=a/&conflict=true'],
    'GET /quarantine': ['/quarantine', '/quarantine?pipeline=orders&limit=1'],
    'GET /system': ['/system'],
    'GET /plugins/sections': ['/plugins/sections'],
    'GET /records': ['/records', '/records?pipeline=orders&status=COMPLETED&limit=2', `/records?${STRETCH}`],
    'GET /records/{id}': [`/records/${record}`],
    'GET /records/{id}/receipt': [`/records/${record}/receipt`],
    'GET /records/{id}/events': [`/records/${record}/events`],
  };
}

describe('the document', () => {
  it('names every operation that reads, and each has an example here', () => {
    const isElsewhere = (name: string): boolean =>
      name === 'GET /events' || name.endsWith('/log.txt') || name.startsWith('GET /asset');
    const reading = contract.operations.filter((name) => name.startsWith('GET') && !isElsewhere(name));
    expect(reading.toSorted()).toEqual(Object.keys(examples()).toSorted());
  });

  it('lets viewers read everything but who may come in and what people did', () => {
    const forAdmins = Object.keys(examples()).filter((name) => contract.roleOf(name) === 'admin');
    expect(forAdmins.toSorted()).toEqual(['GET /audit', 'GET /tokens', 'GET /users']);
    expect(Object.keys(examples()).map((name) => contract.roleOf(name))).not.toContain('operator');
  });
});

describe('answers', () => {
  it('have the shapes that the document tells', async () => {
    for (const [name, addresses] of Object.entries(examples())) {
      for (const address of addresses) {
        const { status, json } = await get(address);
        expect({ address, status, faults: contract.faults(name, status, json) }).toEqual({
          address,
          status: 200,
          faults: [],
        });
      }
    }
  });

  it('would not keep the contract with a field too many or a moment without its zone', () => {
    const item = { items: [], next: null };
    expect(contract.faults('GET /runs', 200, item)).toEqual([]);
    expect(contract.faults('GET /runs', 200, { ...item, more: 1 })).not.toEqual([]);
    expect(contract.faults('GET /records/{id}/events', 200, { items: [{ at: '2026-01-20T13:15' }] })).not.toEqual([]);
  });
});

const List = z.object({ items: z.array(z.looseObject({})), next: z.string().nullable() });

async function allPages(path: string): Promise<{ readonly items: readonly object[]; readonly pages: number }> {
  const items: object[] = [];
  let cursor: string | null = '';
  let pages = 0;
  while (cursor !== null) {
    const from: string = cursor === '' ? '' : `&cursor=${cursor}`;
    const page = List.parse((await get(`${path}${from}`)).json);
    items.push(...page.items);
    cursor = page.next;
    pages += 1;
  }
  return { items, pages };
}

describe('a stretch of time', () => {
  const Windows = z.object({ items: z.array(z.object({ window: z.object({ start: z.string() }) })) });

  it.each(['/runs?dag=orders', '/records?pipeline=orders'])(
    'narrows %s to the windows that begin in it',
    async (path) => {
      const starts = async (query: string) =>
        Windows.parse((await get(`${path}&${query}`)).json).items.map(({ window }) => window.start);
      expect(new Set(await starts(STRETCH))).toEqual(new Set(['2026-01-20T13:30:00Z', '2026-01-20T13:45:00Z']));
      expect(await starts('to=2026-01-20T13:15:00Z')).toEqual([]);
      expect(new Set(await starts('from=2026-01-20T14:00:00Z'))).toEqual(new Set(['2026-01-20T14:00:00Z']));
      expect((await get(`${path}&from=yesterday`)).status).toBe(422);
    },
  );
});

describe('cursors', () => {
  it.each(['/runs', '/records', '/dags', '/dags/orders/grid', '/dags/orders/runs'])(
    'lead through all of %s, one by one, and none twice',
    async (path) => {
      const { items } = List.parse((await get(`${path}?limit=100`)).json);
      const single = await allPages(`${path}?limit=1`);
      expect(single.items).toEqual(items);
      expect(single.pages).toBe(items.length);
    },
  );
});

describe('the grid', () => {
  it('has the newest window first, with a letter for the state of each task', async () => {
    const { json } = await get('/dags/orders/grid?limit=2');
    expect(json).toMatchObject({
      tasks: [{ id: 'store_and_validate' }, {}, {}, {}, {}, { id: 'cleanup_stale_locks' }],
      legend: { s: 'success', f: 'failed', '-': 'absent' },
      items: [
        { window: { start: '2026-01-20T14:00:00Z' }, recordStatus: 'COMPLETED', cells: 'ssssss' },
        { window: { start: '2026-01-20T13:45:00Z' }, run: { state: 'success' } },
      ],
    });
  });
});

describe('the log of a task', () => {
  it('is told on from the last line that was read', async () => {
    const Lines = z.object({ items: z.array(z.object({ id: z.number(), message: z.string() })) });
    const path = `/runs/${run}/tasks/send_parcels/log`;
    const { items } = Lines.parse((await get(path)).json);
    const [first, ...rest] = items;
    expect(first?.message).toBe('Sending 42 parcels, try 1');
    expect(Lines.parse((await get(`${path}?after=${first?.id}`)).json).items).toEqual(rest);
  });
});

describe('the events', () => {
  it('tell the run that ends while somebody listens, with its dag', async () => {
    const listening = new AbortController();
    const response = await fetch(`${shown.url}/api/v1/events`, { signal: listening.signal });
    expect(response.headers.get('content-type')).toContain('text/event-stream');
    const reader = (response.body ?? new ReadableStream<Uint8Array>()).pipeThrough(new TextDecoderStream()).getReader();
    const finished = await runShipments(shown.windrow);
    let heard = '';
    const wanted = new RegExp(`data: (\\{"kind":"run_success".*"runId":${finished}.*\\})`);
    while (!wanted.test(heard)) heard += (await reader.read()).value ?? '';
    const change: unknown = JSON.parse(wanted.exec(heard)?.[1] ?? '');
    expect(change).toEqual({ kind: 'run_success', dagId: 'shipments', runId: finished });
    expect(contract.faults('GET /events', 200, change)).toEqual([]);
    listening.abort();
  });
});

describe('a write', () => {
  const post = (
    path: string,
    headers: Readonly<Record<string, string>>,
    body: string | null = '{}',
  ): Promise<Response> => fetch(`${shown.url}/api/v1${path}`, { method: 'POST', headers, body });
  const JSON_BODY = { 'content-type': 'application/json' };

  it('is done, and the next look tells it', async () => {
    const paused = await post('/dags/shipments/pause', { ...JSON_BODY, origin: shown.url });
    expect([paused.status, await paused.json()]).toEqual([200, { dryRun: false, id: 'shipments', paused: true }]);
    expect((await get('/dags/shipments')).json).toMatchObject({ paused: true });
    expect((await post('/dags/shipments/unpause', JSON_BODY)).status).toBe(200);
    expect((await get('/dags/shipments')).json).toMatchObject({ paused: false });
  });

  it.each([
    ['from a page of another site', { ...JSON_BODY, origin: 'https://evil.example.com' }, '{}', 403],
    ['from an origin that hides', { ...JSON_BODY, origin: 'null' }, '{}', 403],
    ['that the browser calls cross-site', { ...JSON_BODY, 'sec-fetch-site': 'cross-site' }, '{}', 403],
    ['of a form', { 'content-type': 'application/x-www-form-urlencoded' }, 'a=b', 415],
    ['of plain text that looks like JSON', { 'content-type': 'text/plain' }, '{}', 415],
    ['without a body', {}, null, 415],
    ['with half a body', JSON_BODY, '{"a":', 400],
    ['with words that nobody knows', JSON_BODY, '{"force":true}', 422],
    ['that is too large', JSON_BODY, JSON.stringify({ a: 'x'.repeat(200_000) }), 413],
  ])('%s is refused', async (...[, headers, body, status]) => {
    const answer = await post('/dags/shipments/pause', headers, body);
    expect(answer.status).toBe(status);
    expect(contract.faults('POST /dags/{id}/pause', status, await answer.json())).toEqual([]);
    expect((await get('/dags/shipments')).json).toMatchObject({ paused: false });
  });
});

describe('what cannot be answered', () => {
  it.each([
    ['/runs/99999', 404, 'There is no run 99999.'],
    ['/runs/abc', 404, 'expected a number'],
    ['/dags/nowhere', 404, 'There is no dag nowhere.'],
    ['/nowhere', 404, 'There is no endpoint GET /nowhere.'],
    ['/runs?limit=0', 422, 'query.limit'],
    ['/runs?colour=red', 422, 'colour'],
    ['/runs?cursor=guess', 422, 'query.cursor'],
    ['/records?status=LOST', 422, 'query.status'],
    ['/runs/%ff', 400, 'cannot be read'],
  ])('is said for %s as a problem with %i', async (path, status, text) => {
    const response = await fetch(`${shown.url}/api/v1${path}`);
    expect(response.status).toBe(status);
    expect(response.headers.get('content-type')).toContain('application/problem+json');
    const json: unknown = await response.json();
    expect(contract.faults('GET /runs', status, json)).toEqual([]);
    expect(json).toMatchObject({ status, detail: expect.stringContaining(text) });
  });

  it('is never a failure of the server, whatever is asked', async () => {
    const segment = fc.oneof(fc.string(), fc.constantFrom('0', '-1', '1e9', '999999999999999', '../x', '\u0000'));
    const names = [
      'limit',
      'cursor',
      'state',
      'table',
      'prefix',
      'conflict',
      'since',
      'decision',
      'dag',
      'status',
      'pipeline',
      'attempt',
      'after',
      'before',
      'record',
    ];
    const query = fc.dictionary(
      fc.constantFrom(...names),
      fc.oneof(fc.string({ unit: 'binary' }), fc.nat().map(String)),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...contract.operations),
        fc.array(segment),
        query,
        async (name, parts, asked) => {
          const [method = '', template = ''] = name.split(' ');
          if (method !== 'GET' || template === '/events') return;
          let at = 0;
          const path = template.replaceAll(/\{\w+\}/g, () => encodeURIComponent(parts[at++] ?? String(run)));
          const address = `${shown.url}/api/v1${path}?${new URLSearchParams(asked).toString()}`;
          const response = await fetch(address, { headers: ALONE });
          await response.text();
          expect(response.status).toBeLessThan(500);
        },
      ),
      { numRuns: 300 },
    );
  });
});

describe('Home of an installation whose clock stands at another day', () => {
  it('counts the runs of the last 24 hours by the time at which they were made', async () => {
    const windrow = { ...shown.windrow, clock: new TestClock('2020-01-01T00:00:00Z') };
    const dashboard = await startDashboard(windrow, { host: '127.0.0.1', port: 0 });
    try {
      const response = await fetch(`${dashboard.url}/api/v1/home`, { headers: ALONE });
      const { now, activity } = TheDay.parse(await response.json());
      const dayBefore = Temporal.Instant.from(now).subtract({ hours: 25 });
      const shownHours = activity.hours.filter(({ hour }) => isWithin(hour, dayBefore, now));
      expect(shownHours.reduce((sum, { success }) => sum + success, 0)).toBeGreaterThan(4);
    } finally {
      await dashboard.close();
    }
  });
});

const TheDay = z.object({
  now: z.string(),
  activity: z.object({ hours: z.array(z.object({ hour: z.string(), success: z.number() })) }),
});

function isWithin(hour: string, from: Temporal.Instant, to: string): boolean {
  const at = Temporal.Instant.from(hour);
  return Temporal.Instant.compare(at, from) >= 0 && Temporal.Instant.compare(at, to) <= 0;
}
