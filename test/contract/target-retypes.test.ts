import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { CsvColumn } from '#tasks/parquet';

import { contextOf } from '../tasks/stage-ground.ts';
import { TARGETS, type TargetGround } from './target-ground.ts';

type Type = CsvColumn['type'];

const text = (name: string): CsvColumn => ({ name, type: 'text' });

describe.each(TARGETS)('$product keeps old values where a column gets another type', ({ code, open }) => {
  let ground: TargetGround;
  let number = 0;
  beforeAll(async () => {
    ground = await open();
  });
  afterAll(() => ground.close());

  const load = async (table: string, type: Type, rows: readonly (readonly (string | null)[])[]) => {
    number += 1;
    const window = { table, columns: [text('id'), { name: 'value__c', type }], updates: rows };
    const manifest = await ground.stage({ number, tables: [window] });
    return { manifest, window, receipt: await ground.target.load(manifest, contextOf(manifest)) };
  };

  it.each<{
    readonly types: readonly [Type, Type];
    readonly before: string;
    readonly after: string;
    readonly kept: string;
  }>([
    {
      types: ['number', 'text'],
      before: '-1234567890123456789012345678.0125',
      after: 'N/A',
      kept: '-1234567890123456789012345678.0125',
    },
    { types: ['number', 'text'], before: '100', after: 'N/A', kept: '100' },
    { types: ['boolean', 'text'], before: 'false', after: 'maybe', kept: 'false' },
    { types: ['date', 'text'], before: '0001-01-01', after: 'soon', kept: '0001-01-01' },
    {
      types: ['timestamp', 'text'],
      before: '2026-01-20T13:30:00.120Z',
      after: 'soon',
      kept: '2026-01-20T13:30:00.120Z',
    },
    {
      types: ['timestamp', 'text'],
      before: '9999-12-31T23:59:59.999Z',
      after: 'soon',
      kept: '9999-12-31T23:59:59.999Z',
    },
    { types: ['text', 'number'], before: '-12.50', after: '0.125', kept: '-12.5' },
    { types: ['text', 'boolean'], before: 'true', after: 'false', kept: 'true' },
    { types: ['text', 'date'], before: '1969-12-31', after: '2263-01-01', kept: '1969-12-31' },
    {
      types: ['text', 'timestamp'],
      before: '1969-12-31T23:59:59.999Z',
      after: '2026-01-20T13:30:00.000Z',
      kept: '1969-12-31T23:59:59.999Z',
    },
    {
      types: ['date', 'timestamp'],
      before: '1969-12-31',
      after: '2026-01-20T13:30:00.000Z',
      kept: '1969-12-31T00:00:00.000Z',
    },
  ])('from $types.0 to $types.1: $before beside $after', async ({ types: [from, to], before, after, kept }) => {
    const table = `kept_${number}`;
    await load(table, from, [
      ['1', before],
      ['2', null],
    ]);
    const { manifest, window, receipt } = await load(table, to, [['3', after]]);
    expect(receipt.schemaChanges).toMatchObject([{ change: 'change_type', column: 'value__c' }]);
    expect(await ground.rows(window)).toEqual([`1|${kept}`, '2|NULL', `3|${after}`]);
    expect(await ground.target.audit(manifest, contextOf(manifest, { fence: 2 }))).toMatchObject({ verdict: 'PASS' });
  });

  it.each<{ readonly types: readonly [Type, Type]; readonly before: string; readonly after: string }>([
    { types: ['text', 'number'], before: '007', after: '7' },
    { types: ['text', 'number'], before: '1e3', after: '7' },
    { types: ['text', 'number'], before: '1.239', after: '7' },
    { types: ['text', 'boolean'], before: 'yes', after: 'true' },
    { types: ['text', 'date'], before: '20.01.2026', after: '2026-01-20' },
    { types: ['text', 'timestamp'], before: '2026-01-20 13:30:00', after: '2026-01-20T13:30:00.000Z' },
    { types: ['number', 'boolean'], before: '1', after: 'true' },
    { types: ['boolean', 'number'], before: 'true', after: '1' },
    { types: ['date', 'number'], before: '2026-01-20', after: '1' },
    { types: ['number', 'timestamp'], before: '1', after: '2026-01-20T13:30:00.000Z' },
  ])(
    'from $types.0 to $types.1 it stops before anything is changed, with table, key, column and value: $before',
    async ({ types: [from, to], before, after }) => {
      const table = `stops_${number}`;
      const { window } = await load(table, from, [
        ['1', null],
        ['2', before],
      ]);
      await expect(load(table, to, [['3', after]])).rejects.toMatchObject({
        name: 'DataFailure',
        code: `${code}_RETYPE`,
        message: expect.stringMatching(
          new RegExp(
            `^${table}\\.value__c is .* in the target and the window needs .*"${before.replaceAll('.', '\\.')}" of column value__c in the row id=2 exactly`,
          ),
        ),
        details: { table, column: 'value__c', key: { id: '2' }, value: before },
      });
      expect(await ground.rows(window)).toEqual(['1|NULL', `2|${before}`]);
    },
  );

  it('gives a column without values any other type', async () => {
    const table = `empty_${number}`;
    await load(table, 'boolean', [['1', null]]);
    const { window } = await load(table, 'date', [['2', '2026-01-20']]);
    expect(await ground.rows(window)).toEqual(['1|NULL', '2|2026-01-20']);
  });

  it('takes an old window into a column of a newer type, or stops with the value that does not fit', async () => {
    const table = `old_${number}`;
    const fits = await load(table, 'text', [['1', '1.5']]);
    const lost = await load(table, 'text', [['2', 'gone']]);
    await load(table, 'text', [['2', '2']]);
    const { window } = await load(table, 'number', [['3', '3.5']]);
    const again = contextOf(fits.manifest, { loadId: 'again', fence: 2 });
    expect(await ground.target.load(fits.manifest, again)).toMatchObject({ outcome: 'loaded', schemaChanges: [] });
    await expect(
      ground.target.load(lost.manifest, contextOf(lost.manifest, { loadId: 'again', fence: 2 })),
    ).rejects.toMatchObject({ code: `${code}_VALUE`, details: { key: { id: '2' }, value: 'gone' } });
    expect(await ground.rows(window)).toEqual(['1|1.5', '2|2', '3|3.5']);
  });

  it('brings a dropped column back empty, also with another type', async () => {
    const table = `back_${number}`;
    await load(table, 'text', [['1', 'old']]);
    number += 1;
    const removals = [{ extract: 'metadata', table, column: 'value__c' }];
    const without = await ground.stage({
      number,
      tables: [{ table, columns: [text('id')], updates: [['2']] }],
      removals,
    });
    await ground.target.load(without, contextOf(without));
    const { window } = await load(table, 'number', [['3', '3.25']]);
    expect(await ground.rows(window)).toEqual(['1|NULL', '2|NULL', '3|3.25']);
  });

  it('keeps the values of a kept column that comes back with another type, and a renamed one beside it', async () => {
    const removed = async (policy: 'keep' | 'rename', table: string) => {
      await load(table, 'number', [['1', '7']]);
      number += 1;
      const removals = [{ extract: 'metadata', table, column: 'value__c' }];
      const without = await ground.stage({
        number,
        tables: [{ table, columns: [text('id')], updates: [['2']] }],
        removals,
      });
      await ground.targetWith({ onRemoval: policy }).load(without, contextOf(without));
      return load(table, 'text', [['3', 'x']]);
    };
    const kept = await removed('keep', `keeps_${number}`);
    expect(await ground.rows(kept.window)).toEqual(['1|7', '2|NULL', '3|x']);
    const renamed = await removed('rename', `renames_${number}`);
    expect(await ground.rows(renamed.window)).toEqual(['1|NULL', '2|NULL', '3|x']);
    const [, old = ''] = await ground.columns(renamed.window.table);
    expect(
      await ground.rows({ table: renamed.window.table, columns: [text('id'), { name: old, type: 'number' }] }),
    ).toEqual(['1|7', '2|NULL', '3|NULL']);
  });
});
