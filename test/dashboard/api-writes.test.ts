import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';

import { runId } from '#framework';

import { type ApiContract, apiContract } from '../support/api-contract.ts';
import {
  type ShownInstallation,
  openShownInstallation,
  runShipments,
  runWindow,
} from '../support/dashboard-installation.ts';
import { endOf } from '../support/engine.ts';

let shown: ShownInstallation;
let contract: ApiContract;
let record: number;
/** Of a window that no test touches again. */
let settled: number;
let run: number;

beforeAll(async () => {
  shown = await openShownInstallation('postgres');
  contract = await apiContract(shown.url);
  record = await runWindow(shown.windrow, 0);
  settled = await runWindow(shown.windrow, 200);
  run = await runShipments(shown.windrow);
});

afterAll(() => shown.close());

interface Answer {
  readonly status: number;
  readonly json: unknown;
}

async function post(path: string, body: unknown = {}): Promise<Answer> {
  const headers = { 'content-type': 'application/json', connection: 'close' };
  const answer = await fetch(`${shown.url}/api/v1${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
  return { status: answer.status, json: await answer.json() };
}

/** Posts, and holds the answer to the contract. */
async function asked(operation: string, path: string, body: unknown = {}): Promise<Answer> {
  const answer = await post(path, body);
  expect({ path, faults: contract.faults(operation, answer.status, answer.json) }).toEqual({ path, faults: [] });
  return answer;
}

const Started = z.object({ runId: z.number() });

async function startedEnd(answer: Answer): Promise<string> {
  return (await endOf(shown.windrow, runId(Started.parse(answer.json).runId))).state;
}

const DAY = { start: '2026-01-21T13:15:00Z', end: '2026-01-21T13:30:00Z' };

describe('the writes', () => {
  it('demand an operator, each of them', () => {
    const writes = contract.operations.filter((name) => name.startsWith('POST'));
    expect(writes.length).toBeGreaterThan(8);
    for (const name of writes) expect(contract.roleOf(name)).not.toBe('viewer');
  });
});

describe('a trigger', () => {
  it('starts the run of a dag, with its params', async () => {
    const answer = await asked('POST /dags/{id}/trigger', '/dags/shipments/trigger', { params: { depot: 'north' } });
    expect(answer).toMatchObject({ status: 200, json: { dagId: 'shipments', dryRun: false } });
    expect(await startedEnd(answer)).toBe('success');
  });

  it('says which window it would run, and runs it when it is meant', async () => {
    const path = '/dags/orders/trigger';
    const preview = await asked('POST /dags/{id}/trigger', path, { window: DAY, dryRun: true });
    expect(preview.json).toEqual({
      dryRun: true,
      dagId: 'orders',
      window: { ...DAY, zone: 'UTC' },
      runId: null,
      recordId: null,
    });
    expect(await startedEnd(await asked('POST /dags/{id}/trigger', path, { window: DAY }))).toBe('success');
  });

  it('of a window that has been loaded is refused with the reason, as a dry run too', async () => {
    const window = { start: '2026-01-02T00:00:00Z', end: '2026-01-03T00:00:00Z' };
    const trigger = (dryRun: boolean): Promise<unknown> =>
      asked('POST /dags/{id}/trigger', '/dags/orders/trigger', { window, dryRun });
    expect(await startedEnd(await asked('POST /dags/{id}/trigger', '/dags/orders/trigger', { window }))).toBe(
      'success',
    );
    const meant = await trigger(false);
    expect(meant).toMatchObject({ status: 409, json: { detail: expect.stringContaining('which is COMPLETED') } });
    expect(await trigger(true)).toEqual(meant);
  });

  it.each([
    ['/dags/nowhere/trigger', {}, 404, 'There is no dag nowhere.'],
    ['/dags/orders/trigger', {}, 409, 'name it with'],
    [
      '/dags/orders/trigger',
      { window: { start: '2999-01-01T00:00:00Z', end: '2999-01-02T00:00:00Z' } },
      409,
      'not complete before',
    ],
    ['/dags/orders/trigger', { window: { start: DAY.end, end: DAY.start } }, 422, 'body.window'],
    ['/dags/orders/trigger', { window: { ...DAY, zone: 'Middle/Earth' } }, 422, 'body.window.zone'],
    ['/dags/orders/trigger', { window: { start: 'yesterday', end: DAY.end } }, 422, 'body.window.start'],
    ['/dags/shipments/trigger', { params: { name: 'a\u0000b' } }, 422, 'U+0000'],
    ['/dags/shipments/trigger', { params: { '\ud800': 1 } }, 422, 'body.params'],
  ])('%s of %j is refused with %i', async (...[path, body, status, text]) => {
    for (const dryRun of [true, false]) {
      const answer = await asked('POST /dags/{id}/trigger', path, { ...body, dryRun });
      expect(answer).toMatchObject({ status, json: { status, detail: expect.stringContaining(text) } });
    }
  });
});

describe('a re-run of a window', () => {
  it('shows first what it resets, and then does that', async () => {
    const path = `/records/${record}/rerun`;
    const preview = await asked('POST /records/{id}/rerun', path, { from: 'AUDIT', dryRun: true });
    expect(preview).toMatchObject({
      status: 200,
      json: { runId: null, keeps: ['SOURCE_TO_STAGE', 'STAGE_TO_TARGET'] },
    });
    const started = await asked('POST /records/{id}/rerun', path, { from: 'AUDIT' });
    expect(await startedEnd(started)).toBe('success');
    expect((await asked('POST /records/{id}/rerun', '/records/9999/rerun')).status).toBe(404);
    expect((await asked('POST /records/{id}/rerun', path, { from: 'LUNCH' })).status).toBe(422);
  });
});

describe('a re-run of tasks', () => {
  it('is planned and done in the same run', async () => {
    const tasks = { kind: 'task', task: 'send_parcels', downstream: false };
    const planned = await asked('POST /runs/{id}/rerun', `/runs/${run}/rerun`, { tasks, dryRun: true });
    expect(planned).toMatchObject({ status: 200, json: { runId: run, was: 'success' } });
    expect(await startedEnd(await asked('POST /runs/{id}/rerun', `/runs/${run}/rerun`, { tasks }))).toBe('success');
  });

  it('is refused where nothing failed', async () => {
    expect((await asked('POST /runs/{id}/rerun', `/runs/${run}/rerun`, {})).status).toBe(409);
  });
});

describe('a backfill', () => {
  const stretch = { dagId: 'orders', from: '2026-01-20T00:00:00Z', to: '2026-01-21T00:00:00Z' };

  it('shows its windows first, then is made, paused, resumed and cancelled', async () => {
    const all = { ...stretch, only: 'all' };
    const preview = await asked('POST /backfills', '/backfills', { ...all, dryRun: true });
    expect(preview).toMatchObject({ status: 200, json: { backfill: null, windows: [{ deed: 'rerun' }] } });
    // Its window is open until the backfill is cancelled, however fast the worker is.
    shown.orders.source.trouble = ({ signal }) =>
      new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason), { once: true }));
    const made = await asked('POST /backfills', '/backfills', all);
    const { id } = z.object({ backfill: z.object({ id: z.number() }) }).parse(made.json).backfill;
    const paused = await asked('POST /backfills/{id}/pause', `/backfills/${id}/pause`);
    expect(paused).toMatchObject({ status: 200, json: { backfill: { state: 'paused' } } });
    expect((await asked('POST /backfills/{id}/pause', `/backfills/${id}/pause`)).status).toBe(409);
    expect((await asked('POST /backfills/{id}/resume', `/backfills/${id}/resume`)).status).toBe(200);
    expect((await asked('POST /backfills/{id}/cancel', `/backfills/${id}/cancel`, { dryRun: true })).status).toBe(200);
    expect((await asked('POST /backfills/{id}/cancel', `/backfills/${id}/cancel`)).status).toBe(200);
    shown.orders.source.trouble = undefined;
  });

  it.each([
    [{ ...stretch, dagId: 'nowhere' }, 404],
    [{ ...stretch, dagId: 'shipments' }, 409],
    [{ ...stretch, from: '2020-01-01T00:00:00Z', to: '2020-01-02T00:00:00Z' }, 409],
    [{ ...stretch, to: stretch.from }, 422],
    [{ ...stretch, maxActive: 0 }, 422],
  ])('%j is refused with %i', async (body, status) => {
    expect((await asked('POST /backfills', '/backfills', body)).status).toBe(status);
  });
});

describe('a cancel and a skip', () => {
  it.each([
    ['POST /runs/{id}/cancel', () => `/runs/${run}/cancel`, {}, 409],
    ['POST /records/{id}/cancel', () => `/records/${settled}/cancel`, {}, 409],
    ['POST /runs/{id}/skip', () => `/runs/${run}/skip`, { reason: 'not needed' }, 409],
    ['POST /records/{id}/skip', () => `/records/${settled}/skip`, { reason: 'not needed' }, 409],
    ['POST /runs/{id}/cancel', () => '/runs/9999/cancel', {}, 404],
    ['POST /records/{id}/cancel', () => '/records/9999/cancel', {}, 404],
    ['POST /runs/{id}/skip', () => '/runs/9999/skip', { reason: 'not needed' }, 404],
    ['POST /records/{id}/skip', () => '/records/9999/skip', { reason: 'not needed' }, 404],
  ])('by %s of what has ended or is not there is refused, also as a dry run', async (...[name, path, body, status]) => {
    expect((await asked(name, path(), { ...body, dryRun: true })).status).toBe(status);
    expect((await asked(name, path(), body)).status).toBe(status);
  });

  it('gives a window up with the reason, which has to be said', async () => {
    const { database } = shown.windrow.store;
    const waiting = await runWindow(shown.windrow, 7);
    await database.run({ text: `update pipeline_records set pipeline_status = 'FAILED' where id = $1` }, [waiting]);
    const path = `/records/${waiting}/skip`;
    expect(await asked('POST /records/{id}/skip', path, { dryRun: true })).toMatchObject({ status: 200 });
    expect((await asked('POST /records/{id}/skip', path, {})).status).toBe(422);
    expect((await asked('POST /records/{id}/skip', path, { reason: 'nobody needs it' })).status).toBe(200);
    expect((await asked('POST /records/{id}/skip', path, { reason: 'again' })).status).toBe(409);
  });
});

describe('the limits of a pool', () => {
  it('are set by hand and given back to the code, each shown first', async () => {
    const { database } = shown.windrow.store;
    await database.run({ text: `insert into pool (name, slots, code_slots) values ('warehouse', 4, 4)` });
    const rate = { starts: 5, perMs: 1000 };
    const change = { dryRun: true, name: 'warehouse', before: { slots: 4 }, after: { slots: 9, rate } };
    const body = { slots: 9, rate };
    expect((await asked('POST /pools/{id}/set', '/pools/warehouse/set', { ...body, dryRun: true })).json).toEqual(
      change,
    );
    expect((await asked('POST /pools/{id}/set', '/pools/warehouse/set', body)).json).toEqual({
      ...change,
      dryRun: false,
    });
    expect(
      (await asked('POST /pools/{id}/set', '/pools/warehouse/set', { slots: 2, dryRun: true })).json,
    ).toMatchObject({
      before: change.after,
      after: { slots: 2, rate },
    });
    const reset = await asked('POST /pools/{id}/reset', '/pools/warehouse/reset');
    expect(reset.json).toEqual({ dryRun: false, name: 'warehouse', before: change.after, after: { slots: 4 } });
  });

  it.each([
    ['/pools/nowhere/set', { slots: 1 }, 404],
    ['/pools/nowhere/reset', {}, 404],
    ['/pools/warehouse/set', {}, 422],
    ['/pools/warehouse/set', { slots: -1 }, 422],
    ['/pools/warehouse/set', { rate: { starts: 0, perMs: 1 } }, 422],
  ])('%s of %j is refused with %i, also as a dry run', async (...[path, body, status]) => {
    for (const dryRun of [true, false]) {
      const name = path.endsWith('reset') ? 'POST /pools/{id}/reset' : 'POST /pools/{id}/set';
      expect((await asked(name, path, { ...body, dryRun })).status).toBe(status);
    }
  });
});

describe('what cannot be done', () => {
  it('is never a failure of the server, whatever is sent', async () => {
    const writes = contract.operations.filter((name) => name.startsWith('POST'));
    const value = fc.oneof(fc.jsonValue(), fc.constantFrom('failed', 'all', '2026-01-20T13:15:00Z', true, 4, 'AUDIT'));
    const words = ['dryRun', 'window', 'params', 'from', 'to', 'reason', 'tasks', 'only', 'maxActive', 'dagId'];
    const body = fc.oneof(fc.dictionary(fc.constantFrom(...words), value), fc.jsonValue());
    const id = fc.oneof(fc.string(), fc.constantFrom('9999', 'orders', '0', 'nowhere'));
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...writes), id, body, async (...[name, id, body]) => {
        const path = name.replace('POST ', '').replaceAll(/\{\w+\}/g, encodeURIComponent(id));
        expect((await post(path, body)).status).toBeLessThan(500);
      }),
      { numRuns: 300 },
    );
  });

  it('is said of lists in lists in lists as well', async () => {
    const headers = { 'content-type': 'application/json' };
    const body = `{"params":{"deep":${'['.repeat(20_000)}${']'.repeat(20_000)}}}`;
    const answer = await fetch(`${shown.url}/api/v1/dags/shipments/trigger`, { method: 'POST', headers, body });
    expect(answer.status).toBe(422);
  });
});
