import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { type CheckableTarget, type Connection, Temporal, WINDOW_END, type Window } from '#framework';
import {
  type AssetCheck,
  type CheckContext,
  acceptedValues,
  notNull,
  relationship,
  rowCount,
  rowDelta,
  sourceFreshness,
  unique,
} from '#framework/assets';
import type { CsvColumn } from '#tasks/parquet';

import { contextOf } from '../tasks/stage-ground.ts';
import { TARGETS, type TargetGround } from './target-ground.ts';

const PRODUCT: readonly CsvColumn[] = [
  { name: 'id', type: 'text' },
  { name: "name's", type: 'text' },
  { name: 'status__v', type: 'text' },
  { name: 'country__v', type: 'text' },
  { name: 'price__v', type: 'number' },
  { name: 'is_sold__v', type: 'boolean' },
  { name: 'modified__v', type: 'timestamp' },
];
const COUNTRY: readonly CsvColumn[] = [{ name: 'code', type: 'text' }];

const FIRST = [
  ['V1', 'a', 'active__v', 'de', '1', 'true', '2026-01-20T13:00:00.000Z'],
  ['V2', 'a', 'active__v', 'fr', '2', 'true', '2026-01-20T13:14:59.999Z'],
];
const SECOND = [
  ['V3', null, 'it\'s \\ "odd"', 'xx', '3', 'false', '2026-01-20T13:15:00.000Z'],
  ['V4', 'b', 'inactive__v', null, '4', 'true', '2026-01-20T13:29:59.999Z'],
  ['V5', 'a', null, 'de', '5', 'true', '2026-01-20T13:29:59.999Z'],
];

describe.each(TARGETS)('$product answers ready-made checks', ({ open }) => {
  let ground: TargetGround;
  let warehouse: Connection<undefined, CheckableTarget>;
  const windows: Window[] = [];

  beforeAll(async () => {
    ground = await open();
    warehouse = {
      name: 'warehouse',
      read: () => ({ kind: 'read', settings: undefined }),
      open: async () => ({ checks: ground.checks, close: async () => undefined }),
    } as unknown as typeof warehouse;
    const tables = [
      [FIRST, ['de', 'fr']],
      [SECOND, ['at']],
    ] as const;
    for (const [index, [products, countries]] of tables.entries()) {
      const manifest = await ground.stage({
        number: index + 1,
        tables: [
          { table: 'product__v', columns: PRODUCT, updates: products },
          { table: 'country__v', columns: COUNTRY, key: ['code'], updates: countries.map((code) => [code]) },
        ],
      });
      await ground.target.load(manifest, contextOf(manifest));
      windows.push(manifest.window);
    }
  });

  afterAll(() => ground.close());

  function result(
    check: AssetCheck,
    context: { readonly window?: Window | undefined; readonly earlier?: CheckContext['earlier'] } = {},
  ) {
    const given = {
      connections: { get: (connection: typeof warehouse) => connection.open(undefined, {} as never) },
      signal: new AbortController().signal,
      clock: { now: () => Temporal.Instant.from('2026-01-20T14:00:00Z') },
      earlier: async () => [],
      ...context,
    };
    return check.run(given as unknown as CheckContext);
  }

  const on = <T extends object>(more: T) => ({ on: warehouse, table: 'product__v', ...more });

  it('counts all rows, those that a window brought, and those that the source changed in it', async () => {
    const [first, second] = windows;
    await expect(result(rowCount(on({ min: 5 })))).resolves.toMatchObject({ passed: true, metadata: { rows: 5 } });
    const brought = rowCount(on({ windowColumn: WINDOW_END, max: 2 }));
    await expect(result(brought, { window: first })).resolves.toMatchObject({ passed: true, metadata: { rows: 2 } });
    await expect(result(brought, { window: second })).resolves.toEqual({
      passed: false,
      description: 'product__v has 3 rows; expected 0 to 2.',
      metadata: { rows: 3 },
    });
    const changed = rowCount(on({ windowColumn: 'modified__v' }));
    await expect(result(changed, { window: first })).resolves.toMatchObject({ metadata: { rows: 2 } });
  });

  it('finds rows without a value, and names them', async () => {
    const check = notNull(on({ columns: ["name's", 'status__v'], key: ['id'] }));
    expect(check).toMatchObject({ name: 'not_null_name_s_status_v', blocking: false, severity: 'error' });
    await expect(result(check)).resolves.toEqual({
      passed: false,
      description: "2 of 5 rows of product__v have no name's or no status__v.",
      metadata: { rows: 5, failed_rows: 2, samples: { type: 'table', value: [{ id: 'V3' }, { id: 'V5' }] } },
    });
    await expect(result(notNull(on({ columns: ['id'] })))).resolves.toMatchObject({ passed: true });
  });

  it('looks only at the window where it may', async () => {
    const check = notNull(on({ columns: ['status__v'], key: ['id'], windowColumn: WINDOW_END }));
    await expect(result(check, { window: windows[0] })).resolves.toMatchObject({ passed: true, metadata: { rows: 2 } });
    await expect(result(check, { window: windows[1] })).resolves.toMatchObject({
      passed: false,
      metadata: { rows: 3, failed_rows: 1 },
    });
  });

  it('finds doubled keys of one and of several columns, also where the double came with another window', async () => {
    const check = unique(on({ columns: ["name's", 'country__v'], windowColumn: WINDOW_END }));
    await expect(result(check, { window: windows[1] })).resolves.toEqual({
      passed: false,
      description: "product__v: 1 value of name's, country__v stand in 2 rows; expected each once.",
      metadata: {
        rows: 3,
        doubled_keys: 1,
        doubled_rows: 2,
        samples: { type: 'table', value: [{ "name's": 'a', country__v: 'de', copies: '2' }] },
      },
    });
    await expect(result(unique(on({ columns: ['id'] })))).resolves.toMatchObject({
      passed: true,
      metadata: { rows: 5, doubled_keys: 0 },
    });
  });

  it('finds other values than those accepted; a missing one is none', async () => {
    const check = acceptedValues(on({ column: 'status__v', values: ['active__v', 'inactive__v'], key: ['id'] }));
    await expect(result(check)).resolves.toMatchObject({
      passed: false,
      metadata: { failed_rows: 1, samples: { value: [{ id: 'V3', status__v: 'it\'s \\ "odd"' }] } },
    });
    const all = acceptedValues(on({ column: 'status__v', values: ['active__v', 'inactive__v', 'it\'s \\ "odd"'] }));
    await expect(result(all)).resolves.toMatchObject({ passed: true });
    const numbers = acceptedValues(on({ column: 'price__v', values: [1, 2, 3, 4] }));
    await expect(result(numbers)).resolves.toMatchObject({ passed: false, metadata: { failed_rows: 1 } });
    const booleans = acceptedValues(on({ column: 'is_sold__v', values: [true] }));
    await expect(result(booleans)).resolves.toMatchObject({ passed: false, metadata: { failed_rows: 1 } });
  });

  it('finds rows that refer to a row that is not there; one that refers to nothing is none', async () => {
    const check = relationship(on({ to: { table: 'country__v', columns: { country__v: 'code' } }, key: ['id'] }));
    await expect(result(check)).resolves.toEqual({
      passed: false,
      description: '1 of 5 rows of product__v refer by country__v to a row that country__v does not have.',
      metadata: {
        rows: 5,
        failed_rows: 1,
        samples: { type: 'table', value: [{ id: 'V3', country__v: 'xx' }] },
      },
    });
  });

  it('tells how old the newest row of the source is', async () => {
    const check = sourceFreshness(on({ column: 'modified__v', maxAge: '1h' }));
    await expect(result(check)).resolves.toEqual({
      passed: true,
      description: 'The newest modified__v of product__v is 2026-01-20T13:29:59.999Z, 30m ago; allowed are 1h.',
      metadata: {
        newest: { type: 'timestamp', value: '2026-01-20T13:29:59.999Z' },
        age: { type: 'duration', value: 1_800_001 },
      },
    });
    const strict = sourceFreshness(on({ column: 'modified__v', maxAge: '30m' }));
    await expect(result(strict)).resolves.toMatchObject({ passed: false });
  });

  it('compares the rows of a window with the median of those before it', async () => {
    const check = rowDelta(on({ windowColumn: WINDOW_END, windows: 6 }));
    const earlier = { window: windows[1], earlier: async () => [9, 10, 400, 11, 10, 9] };
    await expect(result(check, earlier)).resolves.toEqual({
      passed: false,
      description:
        'product__v has 3 rows of this window, 70 % below the median 10 of the 6 before it; allowed are 50 % either way.',
      metadata: { rows: 3, median: 10, windows: 6 },
    });
  });

  it('says which table is not there', async () => {
    const gone = result(rowCount({ on: warehouse, table: 'gone__v' }));
    await expect(gone).rejects.toMatchObject({ message: expect.stringContaining('gone__v') });
  });
});
