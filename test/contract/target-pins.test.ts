import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { ColumnType } from '#framework';
import type { CsvColumn } from '#tasks/parquet';

import { failureOfAsync } from '../support/failure-of.ts';
import { contextOf } from '../tasks/stage-ground.ts';
import { TARGETS, type TargetGround } from './target-ground.ts';

type Type = CsvColumn['type'];

const text = (name: string): CsvColumn => ({ name, type: 'text' });
const money: ColumnType = { kind: 'decimal', precision: 18, scale: 2 };
const short: ColumnType = { kind: 'text', bytes: 4 };

describe.each(TARGETS)('$product gives pinned columns just their type', ({ code, product, open }) => {
  let ground: TargetGround;
  let number = 0;
  beforeAll(async () => {
    ground = await open();
  });
  afterAll(() => ground.close());

  const columns = (type: Type): readonly CsvColumn[] => [text('id'), { name: 'value__c', type }];

  const stage = async (table: string, type: Type, rows: readonly (readonly (string | null)[])[]) => {
    number += 1;
    return ground.stage({ number, tables: [{ table, columns: columns(type), updates: rows }] });
  };

  const pinned = (table: string, pin: ColumnType) =>
    ground.targetWith({ pins: new Map([[table, new Map([['value__c', pin]])]]) });

  const typeOf = async (table: string): Promise<string> => {
    const from = `from information_schema.columns where table_name = '${table}' and column_name = 'value__c'`;
    const [[type, precision, scale] = []] = await ground.query(
      `select data_type, cast(numeric_precision as varchar), cast(numeric_scale as varchar) ${from}`,
    );
    return `${(type ?? '').toLowerCase().replace(/\(.*/, '').replace('numeric', 'decimal')} ${precision ?? ''} ${scale ?? ''}`.trim();
  };

  it('in a new table, also where the first values would need less or more', async () => {
    const table = `new_${number}`;
    const target = pinned(table, money);
    const manifest = await stage(table, 'number', [
      ['1', '7'],
      ['2', null],
    ]);
    await target.load(manifest, contextOf(manifest));
    expect(await typeOf(table)).toBe('decimal 18 2');
    const next = await stage(table, 'number', [
      ['3', '-9999999999999999.99'],
      ['4', '1.5000'],
    ]);
    expect(await target.load(next, contextOf(next))).toMatchObject({ outcome: 'loaded', schemaChanges: [] });
    expect(await target.audit(next, contextOf(next, { fence: 2 }))).toMatchObject({ verdict: 'PASS' });
    expect(await ground.rows({ table, columns: columns('number') })).toEqual([
      '1|7',
      '2|NULL',
      '3|-9999999999999999.99',
      '4|1.5',
    ]);
  });

  it.each<{
    readonly pin: ColumnType;
    readonly type: Type;
    readonly fits: string;
    readonly value: string;
    readonly expected: string;
  }>([
    { pin: money, type: 'number', fits: '1.25', value: '1.239', expected: 'decimal(18, 2)' },
    { pin: money, type: 'number', fits: '1.25', value: '10000000000000000', expected: 'decimal(18, 2)' },
    { pin: short, type: 'text', fits: 'éé', value: 'éé!', expected: 'varchar(4)' },
    { pin: short, type: 'number', fits: '1.25', value: '-1.25', expected: 'varchar(4)' },
  ])(
    'a value that does not fit stops the load with extract, key, column and value: $value',
    async ({ pin, type, fits, value, expected }) => {
      const table = `stops_${number}`;
      const target = pinned(table, pin);
      const manifest = await stage(table, type, [['1', fits]]);
      await target.load(manifest, contextOf(manifest));
      const next = await stage(table, type, [
        ['2', fits],
        ['3', value],
      ]);
      await expect(target.load(next, contextOf(next))).rejects.toMatchObject({
        name: 'DataFailure',
        code: `${code}_VALUE`,
        message: expect.stringContaining(
          `Object.${table}: the column ${table}.value__c is ${expected}, which cannot hold the value "${value}" of column value__c in the row id=3 exactly`,
        ),
        details: { extract: `Object.${table}`, column: 'value__c', key: { id: '3' }, value },
      });
      expect(await ground.rows({ table, columns: columns(pin === short ? 'text' : type) })).toEqual([`1|${fits}`]);
    },
  );

  it('a number with more digits than a column without a pin has left stops the load by its value, and a pin to text takes it', async () => {
    const table = `digits_${number}`;
    const [fine, large] = ['0.0000000001', '12345678901234567890123456789012'];
    const manifest = await stage(table, 'number', [['1', fine]]);
    await ground.target.load(manifest, contextOf(manifest));
    const next = await stage(table, 'number', [
      ['2', '7'],
      ['3', large],
    ]);
    const failure = await failureOfAsync(() => ground.target.load(next, contextOf(next)));
    expect(failure.name).toBe('DataFailure');
    for (const part of [large, 'value__c', '"columns" in connector_config.json'])
      expect(failure.message).toContain(part);
    expect(failure.message).toMatch(/decimal\(38, ?10\)/i);
    const asText = pinned(table, { kind: 'text', bytes: 50 });
    await asText.load(next, contextOf(next, { fence: 2 }));
    expect(await ground.rows({ table, columns: columns('text') })).toEqual([`1|${fine}`, '2|7', `3|${large}`]);
  });

  it('to a column that stands, where every old value fits, and otherwise stops before anything is changed', async () => {
    const table = `stands_${number}`;
    const first = await stage(table, 'number', [
      ['1', '1.500'],
      ['2', '0.125'],
    ]);
    await ground.target.load(first, contextOf(first));
    const second = await stage(table, 'number', [['3', '3']]);
    await expect(pinned(table, money).load(second, contextOf(second))).rejects.toMatchObject({
      code: `${code}_RETYPE`,
      details: { table, column: 'value__c', key: { id: '2' }, value: '0.125', expected: 'decimal(18, 2)' },
    });
    const wider: ColumnType = { kind: 'decimal', precision: 20, scale: 3 };
    expect(await pinned(table, wider).load(second, contextOf(second, { fence: 2 }))).toMatchObject({
      schemaChanges: [{ change: 'change_type', column: 'value__c' }],
    });
    expect(await typeOf(table)).toBe('decimal 20 3');
    expect(await ground.rows({ table, columns: columns('number') })).toEqual(['1|1.5', '2|0.125', '3|3']);
    // Without the pin it may grow again.
    const third = await stage(table, 'number', [['4', '0.00001']]);
    await ground.target.load(third, contextOf(third));
    expect(await ground.rows({ table, columns: columns('number') })).toEqual(['1|1.5', '2|0.125', '3|3', '4|0.00001']);
  });

  it('names a pinned column that is missing, removed or of another kind before anything is changed', async () => {
    const table = `differs_${number}`;
    const target = pinned(table, money);
    const words = await stage(table, 'text', [['1', 'a']]);
    await expect(target.load(words, contextOf(words))).rejects.toMatchObject({
      name: 'DataFailure',
      code: 'E_SCHEMA_PINNED',
      message: expect.stringMatching(
        new RegExp(
          `^Object\\.${table}: the column ${table}\\.value__c is pinned to decimal\\(18, 2\\), but the window brings varchar`,
        ),
      ),
    });
    number += 1;
    const lone = { table, columns: [text('id'), text('other__c')] };
    const missing = await ground.stage({ number, tables: [{ ...lone, updates: [['1', 'x']] }] });
    await expect(target.load(missing, contextOf(missing))).rejects.toMatchObject({
      code: 'E_SCHEMA_PINNED',
      message: expect.stringContaining('but it is missing; the window brings id, other__c'),
    });
    expect(await ground.tables()).not.toContain(table);
    number += 1;
    const removals = [{ extract: 'metadata', table, column: 'value__c' }];
    const removed = await ground.stage({ number, tables: [], removals });
    await expect(target.load(removed, contextOf(removed))).rejects.toMatchObject({
      code: 'E_SCHEMA_PINNED',
      message: expect.stringContaining('but the source removed it'),
    });
    number += 1;
    const gone = await ground.stage({ number, tables: [{ table, columns: [text('id')], deletes: [['1']] }] });
    expect(await target.load(gone, contextOf(gone))).toMatchObject({ outcome: 'loaded' });
  });

  it(`takes numbers into text as ${product} would read them back`, async () => {
    const table = `words_${number}`;
    const target = pinned(table, { kind: 'text', bytes: 50 });
    const manifest = await stage(table, 'number', [
      ['1', '1.50'],
      ['2', '-0.001'],
      ['3', '100'],
    ]);
    await target.load(manifest, contextOf(manifest));
    expect(await ground.rows({ table, columns: columns('text') })).toEqual(['1|1.5', '2|-0.001', '3|100']);
  });
});
