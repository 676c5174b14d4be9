import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';

import type { LoadReceipt, SchemaDrift } from '#framework';

import { type ShownInstallation, openShownInstallation, runWindow } from '../support/dashboard-installation.ts';

const MANY = 1000;
const NAMES = Array.from({ length: MANY }, (_, index) => `a_rather_long_object_name_${index}__v`);

let shown: ShownInstallation;
let small: number;
let large: number;
let odd: number;

beforeAll(async () => {
  shown = await openShownInstallation('postgres');
  const { windrow, orders } = shown;
  const run = async (index: number, details: LoadReceipt['details']): Promise<number> => {
    orders.target.details = details;
    return runWindow(windrow, index);
  };
  small = await run(0, { statements: 7, path: 'batch', loaded: { orders: [3, 1], depots: [0, 2] } });
  orders.target.schemaChanges = NAMES.map(newTable);
  large = await run(1, { statements: 3003, loaded: Object.fromEntries(NAMES.map((name) => [name, [12_345, 67]])) });
  orders.target.schemaChanges = [];
  odd = await run(2, { loaded: 'what?', quarantined: 'many' });
  await run(3, { quarantined: 2, quarantinedTables: { depots: 2 } });
  await run(4, {
    quarantined: 5,
    quarantinedTables: { orders: 1, depots: 4 },
    quarantineCommand: 'windrow lake quarantine --record 5',
  });
});

afterAll(() => shown.close());

function newTable(table: string): SchemaDrift {
  const sentence = `Created table ${table} with 40 columns.`;
  return { table, change: 'create_table', sentence, decision: 'applied' };
}

interface Answer {
  readonly json: unknown;
  readonly bytes: number;
}

async function get(path: string): Promise<Answer> {
  const response = await fetch(`${shown.url}/api/v1${path}`);
  const text = await response.text();
  return { json: JSON.parse(text), bytes: text.length };
}

/** In milliseconds. Of a machine that others use too, only the best of some rounds says what an answer takes. */
async function best(path: string): Promise<number> {
  const times: number[] = [];
  for (let round = 0; round < 30; round += 1) {
    const from = performance.now();
    await get(path);
    times.push(performance.now() - from);
  }
  return Math.min(...times);
}

describe('the receipt of a load', () => {
  it('tells what each table got, and what else the target says', async () => {
    expect((await get(`/records/${small}/receipt`)).json).toEqual({
      receipt: {
        outcome: 'loaded',
        rows: 3,
        tables: 1,
        loaded: [
          { table: 'depots', written: 0, deleted: 2 },
          { table: 'orders', written: 3, deleted: 1 },
        ],
        details: { statements: 7, path: 'batch' },
      },
    });
  });

  it('is null before the first load, and 404 where there is no such record', async () => {
    const { database } = shown.windrow.store;
    const [row] = await database.run({
      text: `insert into pipeline_records (pipeline_id, target_day, window_start_time, window_end_time, window_zone, time_interval)
        values ('orders', '2026-02-01', '2026-02-01', '2026-02-02', 'UTC', '1d') returning id`,
    });
    const { id } = z.object({ id: z.number() }).parse(row);
    expect((await get(`/records/${id}/receipt`)).json).toEqual({ receipt: null });
    expect((await get('/records/99999/receipt')).json).toMatchObject({ status: 404 });
  });

  it('of a target that says something else is told without tables', async () => {
    expect((await get(`/records/${odd}/receipt`)).json).toMatchObject({ receipt: { rows: 3, loaded: [] } });
  });
});

describe('a window of 1,000 new tables', () => {
  it('has answers of a size that a page can take', async () => {
    const receipt = await get(`/records/${large}/receipt`);
    expect(
      z.object({ receipt: z.object({ loaded: z.array(z.unknown()) }) }).parse(receipt.json).receipt.loaded,
    ).toHaveLength(MANY);
    expect(receipt.bytes).toBeLessThan(100_000);
    expect((await get(`/records/${large}/events`)).bytes).toBeLessThan(5000);
    expect((await get(`/records/${large}`)).bytes).toBeLessThan(10_000);
    expect((await get(`/drift?record=${large}`)).bytes).toBeLessThan(50_000);
  });

  it('is answered within 100 ms: receipt, drift and record', async () => {
    expect(await best(`/records/${large}/receipt`)).toBeLessThan(100);
    expect(await best(`/drift?record=${large}&limit=200`)).toBeLessThan(100);
    expect(await best(`/records/${large}`)).toBeLessThan(100);
  });
});

describe('the list of 300 windows of 1,000 tables each', () => {
  it('is answered within 100 ms, because their receipts are not read', async () => {
    await shown.windrow.store.database.run(
      {
        text: `
insert into pipeline_records (pipeline_id, target_day, window_start_time, window_end_time, window_zone, time_interval, load_receipt)
select pipeline_id, target_day, w, w + interval '1 hour', 'UTC', '1h', load_receipt
from pipeline_records, generate_series('2026-03-01'::timestamptz, '2026-03-13T11:00Z', interval '1 hour') w
where id = $1`,
      },
      [large],
    );
    const { json } = await get('/records?limit=300');
    expect(z.object({ items: z.array(z.unknown()) }).parse(json).items).toHaveLength(300);
    expect(await best('/records?limit=300')).toBeLessThan(100);
  });
});

describe('the list of windows with rows in quarantine', () => {
  it('tells how many rows of which tables, and the command that lists them', async () => {
    const List = z.object({ items: z.array(z.looseObject({})) });
    expect(List.parse((await get('/quarantine')).json).items).toMatchObject([
      {
        rows: 5,
        tables: [
          { table: 'depots', rows: 4 },
          { table: 'orders', rows: 1 },
        ],
        command: 'windrow lake quarantine --record 5',
        status: 'COMPLETED',
      },
      { rows: 2, tables: [{ table: 'depots', rows: 2 }], command: null },
    ]);
    expect(List.parse((await get('/quarantine?pipeline=shipments')).json).items).toEqual([]);
  });
});
