import { startDashboard } from '#dashboard';
import { type Closable, closeAll } from '#framework';
import { type Windrow, sensorOperations } from '#framework/operate';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { type ApiContract, apiContract } from '../support/api-contract.ts';
import { depot } from '../support/depot.ts';
import { openTestEngine } from '../support/engine.ts';
import { stuckItem } from '../support/stuck-item.ts';

const { dags, sensors } = depot();

/** Nothing runs there, so that what was started stays open. */
let windrow: Windrow;
let url: string;
let contract: ApiContract;
const opened: Closable[] = [];

beforeAll(async () => {
  windrow = await openTestEngine({ backend: 'postgres', dags, sensors });
  opened.push(windrow);
  const dashboard = await startDashboard(windrow, { host: '127.0.0.1', port: 0 });
  opened.push(dashboard);
  ({ url } = dashboard);
  contract = await apiContract(url);
});

afterAll(() => closeAll(opened.splice(0)));

interface Answer {
  readonly status: number;
  readonly json: unknown;
}

/** Asks, and holds the answer to the contract. */
async function post(verb: 'rerun' | 'skip', body: object, sensor = 'arrivals'): Promise<Answer> {
  const headers = { 'content-type': 'application/json', connection: 'close' };
  const init = { method: 'POST', headers, body: JSON.stringify(body) };
  const answer = await fetch(`${url}/api/v1/sensors/${sensor}/items/${verb}`, init);
  const json: unknown = await answer.json();
  expect(contract.faults(`POST /sensors/{id}/items/${verb}`, answer.status, json)).toEqual([]);
  return { status: answer.status, json };
}

async function itemOf(key: string) {
  const shown = await sensorOperations(windrow).show('arrivals', { limit: 50 });
  return shown?.items.find((item) => item.key === key);
}

const stuck = (key: string): Promise<void> => stuckItem(windrow, { sensor: 'arrivals', dag: 'unpack', key });

describe('an item whose run was cancelled', () => {
  it('is run again, and a dry run says before that it would', async () => {
    await stuck('in/a b');
    const before = await itemOf('in/a b');
    const preview = await post('rerun', { key: 'in/a b', dryRun: true });
    expect(preview).toEqual({ status: 200, json: { dryRun: true, id: 'arrivals', key: 'in/a b', runId: null } });
    expect(await itemOf('in/a b')).toEqual(before);
    expect(await post('rerun', { key: 'in/a b' })).toMatchObject({ status: 200, json: { dryRun: false } });
    const after = await itemOf('in/a b');
    expect(after?.runId).toBeGreaterThan(before?.runId ?? 0);
    for (const dryRun of [true, false])
      expect(await post('rerun', { key: 'in/a b', dryRun })).toMatchObject({
        status: 409,
        json: { detail: expect.stringContaining('has the open run') },
      });
  });

  it('is given up with the reason, which has to be said', async () => {
    await stuck('torn');
    expect(await post('skip', { key: 'torn', dryRun: true })).toMatchObject({ status: 200, json: { dryRun: true } });
    expect(await post('skip', { key: 'torn' })).toMatchObject({ status: 422 });
    expect((await itemOf('torn'))?.skippedReason).toBeNull();
    expect((await post('skip', { key: 'torn', reason: 'the parcel is torn' })).status).toBe(200);
    expect((await itemOf('torn'))?.skippedReason).toBe('the parcel is torn');
  });
});

describe('an item that made the last poll fail', () => {
  it('is given up before it has begun anything, as a dry run says', async () => {
    const fail = `update sensor set failures = 1, last_error = '{"details": {"key": "odd"}}' where id = 'arrivals'`;
    await windrow.store.database.run({ text: fail });
    expect((await post('skip', { key: 'odd', dryRun: true })).status).toBe(200);
    expect(await itemOf('odd')).toBeUndefined();
    expect((await post('rerun', { key: 'odd', dryRun: true })).status).toBe(404);
    expect((await post('skip', { key: 'odd', reason: 'no parcel' })).status).toBe(200);
    expect((await itemOf('odd'))?.skippedReason).toBe('no parcel');
  });
});

describe('an item that nobody knows', () => {
  it.each(['rerun', 'skip'] as const)('is not found by %s, also by a dry run and of no such sensor', async (verb) => {
    for (const dryRun of [true, false]) {
      const body = { key: 'never', dryRun, ...(verb === 'skip' ? { reason: 'none' } : {}) };
      expect((await post(verb, body)).status).toBe(404);
      expect((await post(verb, body, 'nobody')).status).toBe(404);
    }
  });
});
