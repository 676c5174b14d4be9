import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { ColumnLimit, ColumnType } from '#framework';
import { type CsvColumn, type LongText, openConverter } from '#tasks/parquet';

import { Desk } from '../tasks/parquet-support.ts';
import { contextOf } from '../tasks/stage-ground.ts';
import { TARGETS, type TargetGround } from './target-ground.ts';

const decimal = (precision: number, scale: number): ColumnType => ({ kind: 'decimal', precision, scale });
const text = (bytes: number): ColumnType => ({ kind: 'text', bytes });

interface Loaded {
  readonly type: CsvColumn['type'];
  readonly pin?: ColumnType;
  readonly values: readonly string[];
  readonly longText?: LongText;
}

interface Case {
  readonly type: CsvColumn['type'];
  readonly pin: ColumnType;
  readonly held: readonly string[];
  readonly refused: readonly string[];
}

const CASES: readonly Case[] = [
  { type: 'text', pin: text(4), held: ['abcd', 'éé', '"a"x', '€x', ' '], refused: ['abcde', 'éé!', '"ab""', '€€'] },
  {
    type: 'number',
    pin: decimal(5, 2),
    held: ['999.99', '-999.99', '+1.5', '0001.50', '.5', '1.', '1.250', '9.9999e2', '0', '-0.000', '125e-2', '0e30'],
    refused: ['1000', '-1000.5', '1.255', '1e3', '0.001', '99999'],
  },
  { type: 'number', pin: decimal(2, 2), held: ['0.99', '-.5', '0', '9e-1'], refused: ['1', '0.999', '-1.0'] },
  { type: 'number', pin: decimal(3, 0), held: ['999', '1.0', '-1e2'], refused: ['1000', '0.5', '1e3'] },
  {
    type: 'number',
    pin: text(5),
    held: ['-1.25', '0.500', '1e4', '.125', '+12345', '-0.00'],
    refused: ['123456', '-1.255', '1e5', '-.125'],
  },
  { type: 'boolean', pin: text(4), held: ['true'], refused: ['false'] },
  {
    type: 'timestamp',
    pin: text(24),
    held: ['2026-01-20T13:30:00Z', '2026-01-20T13:30:00.123000Z', '2026-01-20T13:30Z', '2026-01-20T13:30:00.1Z'],
    refused: ['2026-01-20T13:30:00.1234Z', '2026-01-20T13:30:00.000001Z'],
  },
  { type: 'date', pin: text(9), held: [], refused: ['2026-01-20'] },
  { type: 'date', pin: { kind: 'timestamp' }, held: ['2026-01-20'], refused: [] },
];

describe.each(TARGETS)('What the conversion says that a column of $product takes', ({ code, open }) => {
  let ground: TargetGround;
  let desk: Desk;
  const converter = openConverter({ threads: 1 });
  let number = 0;
  beforeAll(async () => {
    ground = await open();
    desk = await Desk.open();
  });
  afterAll(async () => {
    await converter.close();
    await desk.close();
    await ground.close();
  });

  const load = async (table: string, { type, pin, values, longText }: Loaded) => {
    number += 1;
    const columns: readonly CsvColumn[] = [
      { name: 'id', type: 'text' },
      { name: 'value__c', type },
    ];
    const updates = values.map((value, index) => [`${number}-${index}`, value]);
    const long = longText === undefined ? {} : { longText };
    const manifest = await ground.stage({ number, tables: [{ table, columns, updates, ...long }] });
    const pins = new Map(pin === undefined ? [] : [[table, new Map([['value__c', pin]])]]);
    return ground.targetWith({ pins }).load(manifest, contextOf(manifest));
  };

  const leftOut = async (type: CsvColumn['type'], limit: ColumnLimit, values: readonly string[]) => {
    const rows = values.map((value, index) => `${index},"${value.replaceAll('"', '""')}"\n`);
    const { badRows } = await converter.convert(
      await desk.request(`id,Value__c\n${rows.join('')}`, {
        columns: [{ name: 'Value__c', type }],
        badRows: { atMost: 100, characters: 'refuse' },
        limits: new Map([['value__c', limit]]),
      }),
    );
    return badRows.map(({ value }) => value);
  };

  it.each(CASES)('is what it does take: $type in $pin', async ({ type, pin, held, refused }) => {
    const values = [...refused, ...held];
    expect(await leftOut(type, { kind: 'pinned', type: pin }, values)).toEqual(refused);
    const table = `limits_${number}`;
    expect(await load(table, { type, pin, values: held })).toMatchObject({ outcome: 'loaded' });
    for (const value of refused)
      await expect(load(table, { type, pin, values: [value] })).rejects.toMatchObject({ code: `${code}_VALUE` });
  });

  it('is what a long text leaves in its first column where it goes on in further ones', async () => {
    const [pin, value] = [text(65_535), 'é'.repeat(40_000)];
    const request = await desk.request(`id,long__c\nV1,${value}\n`, {
      badRows: { atMost: 1, characters: 'refuse' },
      limits: new Map([['long__c', { kind: 'pinned', type: pin }]]),
      longText: 'split',
    });
    expect(await converter.convert(request)).toMatchObject({ rows: 1, badRows: [] });
    const loaded = { type: 'text', pin, values: [value], longText: 'split' } as const;
    expect(await load('long_limits', loaded)).toMatchObject({ outcome: 'loaded' });
  });

  it('is told by the target: pins, and the scale of numbers that stand', async () => {
    await load('standing', { type: 'number', pin: decimal(20, 4), values: ['1.5'] });
    number += 1;
    const columns: readonly CsvColumn[] = [
      { name: 'id', type: 'text' },
      { name: 'fine__c', type: 'number' },
      { name: 'whole__c', type: 'number' },
    ];
    const manifest = await ground.stage({
      number,
      tables: [{ table: 'told', columns, updates: [['1', '0.125', '7']] }],
    });
    await ground.target.load(manifest, contextOf(manifest));
    const limits = await ground.columnLimits(new Map([['standing', new Map([['value__c', decimal(20, 4)]])]]));
    expect([...limits.keys()].filter((name) => name.startsWith('windrow_'))).toEqual([]);
    expect(limits.get('told')).toEqual(new Map([['fine__c', { kind: 'scale', scale: 3 }]]));
    expect(limits.get('standing')).toEqual(new Map([['value__c', { kind: 'pinned', type: decimal(20, 4) }]]));
  });

  it('is what a number may have before the point where others have digits behind it', async () => {
    const refused = ['12345678901234567890123456789', '1e28', '-10000000000000000000000000000.5'];
    const held = ['9999999999999999999999999999.5', '-9999999999999999999999999999', '1e27', '-1', '00000000000012'];
    expect(await leftOut('number', { kind: 'scale', scale: 10 }, [...refused, ...held])).toEqual(refused);
    const close = ['123', '12', '12.3'];
    expect(await leftOut('number', { kind: 'scale', scale: 36 }, close)).toEqual(['123']);
    const table = `limits_${number}`;
    await load(table, { type: 'number', values: ['0.0000000001'] });
    expect(await load(table, { type: 'number', values: held })).toMatchObject({ schemaChanges: [] });
    for (const value of refused)
      await expect(load(table, { type: 'number', values: [value] })).rejects.toMatchObject({ name: 'DataFailure' });
  });
});

describe('Rows that a pinned column refuses', () => {
  let desk: Desk;
  beforeAll(async () => {
    desk = await Desk.open();
  });
  afterAll(() => desk.close());

  const PINNED = new Map<string, ColumnLimit>([
    ['id', { kind: 'pinned', type: text(1) }],
    ['n', { kind: 'pinned', type: decimal(4, 2) }],
    ['t', { kind: 'pinned', type: text(4) }],
  ]);
  const columns: readonly CsvColumn[] = [{ name: 'n', type: 'number' }];

  it.each([1, 30, 1_000_000])(
    'are told with the type, wherever the file is cut: chunks of %d bytes',
    async (chunkBytes) => {
      const cutUp = openConverter({ threads: 2, chunkBytes });
      const csv = 'id,n,t\nV1,1.5,good\nV2,1.555,toolong\nV3,x,good\nV4,100,\nV5,0.1234567,a\nV6,99.99,"a""b"\n';
      const badRows = { atMost: 10, characters: 'refuse' } as const;
      const converted = await cutUp.convert(await desk.request(csv, { columns, badRows, limits: PINNED }));
      await cutUp.close();
      expect(converted.badRows.map(({ line, column, code, value }) => [line, column, code, value])).toEqual([
        [3, 'n', 'E_VALUE_PINNED', '1.555'],
        [4, 'n', 'E_NUMBER_UNREADABLE', 'x'],
        [5, 'n', 'E_VALUE_PINNED', '100'],
        [6, 'n', 'E_VALUE_PINNED', '0.1234567'],
      ]);
      expect(converted.badRows[0]?.reason).toBe(
        'does not fit decimal(4, 2), the type that its column is pinned to ("columns" in connector_config.json)',
      );
      expect(converted.rows).toBe(2);
      expect(converted.columns[1]?.type).toEqual({ kind: 'decimal', precision: 38, scale: 2 });
    },
  );

  it('are none where a column of numbers has become one of texts, however it stands', async () => {
    const converter = openConverter({ threads: 1 });
    const badRows = { atMost: 10, characters: 'refuse' } as const;
    const limits = new Map<string, ColumnLimit>([
      ['n', { kind: 'pinned', type: decimal(4, 2) }],
      ['t', { kind: 'scale', scale: 4 }],
    ]);
    const request = await desk.request('id,n,t\nV1,many,words\n', { badRows, limits });
    const converted = await converter.convert({ ...request, signal: AbortSignal.timeout(2000) });
    await converter.close();
    expect(converted).toMatchObject({ rows: 1, badRows: [] });
  });

  it('count a text with what it has once its characters are replaced', async () => {
    const converter = openConverter({ threads: 1 });
    const badRows = { atMost: 10, characters: 'replace' } as const;
    const csv = 'id,n,t\nV1,1,a\0\nV2,2,aa\0\nV3,3,abcd\nV4,4,\0\0\n';
    const converted = await converter.convert(await desk.request(csv, { columns, badRows, limits: PINNED }));
    await converter.close();
    expect(converted.badRows.map(({ key, code }) => [key['id'], code])).toEqual([
      ['V2', 'E_VALUE_PINNED'],
      ['V4', 'E_VALUE_PINNED'],
    ]);
    expect(converted.replaced.values).toBe(1);
  });
});
