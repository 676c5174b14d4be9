import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { startDashboard } from '#dashboard';
import { type Closable, Temporal } from '#framework';
import { createRun, sensorOperations } from '#framework/operate';

import { type ApiContract, apiContract } from '../support/api-contract.ts';
import { type ShownInstallation, openShownInstallation } from '../support/dashboard-installation.ts';
import { depot } from '../support/depot.ts';
import { eventually } from '../support/engine.ts';
import { TestClock } from '../support/test-clock.ts';

const { shelf, ...project } = depot();

let shown: ShownInstallation;
let contract: ApiContract;
/** Of the dashboard that is asked. */
let url: string;

beforeAll(async () => {
  shown = await openShownInstallation('postgres', [], project);
  ({ url } = shown);
  contract = await apiContract(url);
});

afterAll(() => shown.close());

interface Answer {
  readonly status: number;
  readonly json: unknown;
}

/** Asks, and holds the answer to the contract. */
async function asked(operation: string, path: string, body?: unknown): Promise<Answer> {
  const headers = { 'content-type': 'application/json', connection: 'close' };
  const init = body === undefined ? { headers } : { method: 'POST', headers, body: JSON.stringify(body) };
  const answer = await fetch(`${url}/api/v1${path}`, init);
  const json: unknown = await answer.json();
  expect({ path, faults: contract.faults(operation, answer.status, json) }).toEqual({ path, faults: [] });
  return { status: answer.status, json };
}

const cursor = async (body: unknown): Promise<Answer> =>
  asked('POST /sensors/{id}/cursor', '/sensors/arrivals/cursor', body);

async function found(): Promise<unknown> {
  return (await sensorOperations(shown.windrow).show('arrivals', { limit: 1 }))?.cursor;
}

describe('the cursor of a sensor', () => {
  it('is tried by a dry run, which shows what would start and changes nothing', async () => {
    const answer = await cursor({ dryRun: true, cursor: 1 });
    expect(answer).toMatchObject({
      status: 200,
      json: { cursor: 1, poll: { total: 2, fresh: 2, cursor: 3, items: [{ key: 'parcel 2', known: false }, {}] } },
    });
    expect(await found()).toBeNull();
  });

  it('is set, and reset by null; the history says who did it', async () => {
    expect(await cursor({ cursor: 2 })).toMatchObject({ status: 200, json: { cursor: 2, poll: null } });
    expect(await found()).toBe(2);
    expect(await cursor({ cursor: null })).toMatchObject({ status: 200 });
    expect(await found()).toBeNull();
    const { json } = await asked('GET /sensors/{id}', '/sensors/arrivals');
    expect(json).toMatchObject({ history: [{ kind: 'sensor_cursor_reset' }, { kind: 'sensor_cursor_set' }] });
  });

  it.each([
    [{ dryRun: true, cursor: 99 }, 409, 'The shelf has no place 99.'],
    [{ dryRun: true, cursor: 'two' }, 409, 'cannot use its cursor'],
    [{ dryRun: true }, 422, 'body.cursor'],
    [{ dryRun: true, cursor: 'a\u0000b' }, 422, 'body.cursor'],
  ])('%j is refused with %i', async (...[body, status, text]) => {
    expect(await cursor(body)).toMatchObject({ status, json: { detail: expect.stringContaining(text) } });
  });

  it('of a sensor that is not there cannot be set', async () => {
    for (const body of [{ cursor: 1 }, { cursor: 1, dryRun: true }]) {
      expect((await asked('POST /sensors/{id}/cursor', '/sensors/nobody/cursor', body)).status).toBe(404);
    }
  });
});

describe('a sensor', () => {
  it('is paused and goes on', async () => {
    const { windrow } = shown;
    const paused = async () => (await sensorOperations(windrow).show('arrivals', { limit: 1 }))?.paused;
    expect((await asked('POST /sensors/{id}/pause', '/sensors/arrivals/pause', { dryRun: true })).status).toBe(200);
    expect(await paused()).toBe(false);
    expect((await asked('POST /sensors/{id}/pause', '/sensors/arrivals/pause', {})).status).toBe(200);
    expect(await paused()).toBe(true);
    expect((await asked('POST /sensors/{id}/unpause', '/sensors/arrivals/unpause', {})).status).toBe(200);
    expect(await paused()).toBe(false);
  });

  it('that nobody knows is not found', async () => {
    expect((await asked('GET /sensors/{id}', '/sensors/nobody')).status).toBe(404);
    expect((await asked('POST /sensors/{id}/pause', '/sensors/nobody/pause', { dryRun: true })).status).toBe(404);
    expect((await asked('POST /sensors/{id}/pause', '/sensors/nobody/pause', {})).status).toBe(404);
  });

  it('shows its items by pages, the newest first', async () => {
    const scheduler = shown.windrow.startScheduler();
    try {
      await expect
        .poll(async () => (await asked('GET /sensors/{id}', '/sensors/arrivals')).json)
        .toMatchObject({ items: [{ key: 'parcel 3' }, { key: 'parcel 2' }, { key: 'parcel 1' }], cursor: 3 });
    } finally {
      await scheduler.close();
    }
    const { json } = await asked('GET /sensors/{id}', '/sensors/arrivals?limit=2');
    expect(json).toMatchObject({ items: [{ key: 'parcel 3' }, { key: 'parcel 2' }], next: expect.any(String) });
    shelf.push('parcel 4');
    const preview = await cursor({ dryRun: true, cursor: 0 });
    expect(preview).toMatchObject({ json: { poll: { total: 4, fresh: 1 } } });
  });
});

describe('a schedule', () => {
  const quarter = { minutes: 15 };
  let now: Temporal.Instant;
  let dashboard: Closable & { readonly url: string };

  // Over the same installation with a clock that stands still, so that no window closes between two answers.
  beforeAll(async () => {
    now = Temporal.Now.instant();
    const standing = { ...shown.windrow, clock: new TestClock(now.toString()) };
    dashboard = await startDashboard(standing, { host: '127.0.0.1', port: 0 });
    ({ url } = dashboard);
  });

  afterAll(async () => {
    ({ url } = shown);
    await dashboard.close();
  });

  /** The newest quarter of an hour that is over, with the lag of five minutes. */
  const newest = (): Temporal.Instant => {
    const due = now.subtract({ minutes: 5 });
    return due.subtract({ milliseconds: due.epochMilliseconds % 900_000 });
  };

  it('tells its next window, and what it made, recovered and passed over during the last day', async () => {
    const { database } = shown.windrow.store;
    // The end of a run makes the next one.
    const open = `select id from dag_run where dag_id = 'stocktaking' and state in ('queued', 'running')`;
    await eventually('no open run', async () => ((await database.run({ text: open })).length === 0 ? true : undefined));
    await database.run({ text: `delete from dag_run where dag_id = 'stocktaking'` });
    const end = newest();
    // The newest window in time, one before it late, and none for the two hours before that one.
    for (const [minutes, late] of [
      [0, false],
      [15, true],
      [150, false],
    ] as const) {
      const windowEnd = end.subtract({ minutes });
      const window = { start: windowEnd.subtract(quarter), end: windowEnd, zone: 'UTC' };
      const made = await createRun(database, { dagId: 'stocktaking', kind: 'scheduled', window });
      if (made.kind !== 'created') throw new Error('The run is there already.');
      const at = windowEnd.add({ minutes: late ? 40 : 5 });
      await database.run({ text: 'update dag_run set created_at = $2::timestamptz where id = $1' }, [
        made.runId,
        at.toString(),
      ]);
    }
    const { json } = await asked('GET /schedules', '/schedules');
    expect(json).toEqual({
      items: [
        {
          dagId: 'stocktaking',
          paused: false,
          policy: expect.objectContaining({ windows: '15m', lagMs: 300_000 }),
          lastEnd: end.toString(),
          next: {
            window: { start: end.toString(), end: end.add(quarter).toString(), zone: 'UTC' },
            dueAt: end.add({ minutes: 20 }).toString(),
          },
          lastDay: { made: 3, recovered: 1, passedOverMs: 7_200_000 },
        },
      ],
      next: null,
    });
    const list = await asked('GET /dags', '/dags');
    const dueAt = end.add({ minutes: 20 }).toString();
    expect(list.json).toMatchObject({
      items: [
        { id: 'orders', nextDueAt: null },
        { id: 'shipments', nextDueAt: null },
        { id: 'stocktaking', nextDueAt: dueAt },
        { id: 'unpack', nextDueAt: null },
      ],
    });
    await asked('POST /dags/{id}/pause', '/dags/stocktaking/pause', {});
    expect((await asked('GET /dags/{id}', '/dags/stocktaking')).json).toMatchObject({ nextDueAt: null });
  });
});
