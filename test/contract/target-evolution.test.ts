import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { CsvColumn } from '#tasks/parquet';

import { contextOf } from '../tasks/stage-ground.ts';
import { TARGETS, type TargetGround } from './target-ground.ts';

const text = (name: string): CsvColumn => ({ name, type: 'text' });
const number = (name: string): CsvColumn => ({ name, type: 'number' });

describe.each(TARGETS)('$product follows the schema of the source', ({ product, code, open }) => {
  let ground: TargetGround;

  beforeAll(async () => {
    ground = await open();
  });

  afterAll(() => ground.close());

  it('adds and changes columns without losing a digit before the load, and logs each change', async () => {
    const first = { table: 'evolves', columns: [text('id'), text('name__v'), number('size__c'), number('code__c')] };
    const one = await ground.stage({
      number: 1,
      tables: [
        {
          ...first,
          updates: [
            ['1', 'short', '1.5', '7'],
            ['2', 'x', '2', '8'],
          ],
        },
      ],
    });
    await ground.target.load(one, contextOf(one));
    const second = {
      table: 'evolves',
      columns: [text('id'), text('name__v'), number('size__c'), text('code__c'), text('extra__c')],
    };
    const two = await ground.stage({
      number: 2,
      tables: [{ ...second, updates: [['2', 'é'.repeat(200), '0.00001', 'C-8', 'more']] }],
    });
    const receipt = await ground.target.load(two, contextOf(two));
    // Only a target whose text has a length widens it.
    const changes = receipt.schemaChanges.filter(({ change }) => change !== 'widen_text');
    expect(changes.map(({ change, column }) => [change, column])).toEqual([
      ['change_type', 'size__c'],
      ['change_type', 'code__c'],
      ['add_column', 'extra__c'],
    ]);
    expect(await ground.rows(second)).toEqual(['1|short|1.5|7|NULL', `2|${'é'.repeat(200)}|0.00001|C-8|more`]);
    const logged = (await ground.query('select sentence from vault.windrow_schema_drift')).flat();
    for (const { sentence } of receipt.schemaChanges) expect(logged).toContain(sentence);
  });

  it('keeps what the source removed where the policy says so, and new rows have nothing there', async () => {
    const keeping = ground.targetWith({ onRemoval: 'keep' });
    const table = { table: 'keeps', columns: [text('id'), text('old__c')] };
    const one = await ground.stage({ number: 9, tables: [{ ...table, updates: [['1', 'kept']] }] });
    await keeping.load(one, contextOf(one));
    const removals = [{ extract: 'metadata', table: 'keeps', column: 'old__c' }];
    const after = { table: 'keeps', columns: [text('id')], updates: [['2']] };
    const two = await ground.stage({ number: 10, tables: [after], removals });
    const receipt = await keeping.load(two, contextOf(two));
    expect(receipt.schemaChanges).toMatchObject([{ table: 'keeps', column: 'old__c', change: 'keep_column' }]);
    expect(await ground.rows(table)).toEqual(['1|kept', '2|NULL']);
  });

  it('drops what the source removed, and an older window that runs again does not bring it back', async () => {
    const before = { table: 'sheds', columns: [text('id'), text('keep__c'), text('gone__c')] };
    const after = { table: 'sheds', columns: [text('id'), text('keep__c')] };
    const lost = { table: 'lost__c', columns: [text('id')] };
    const one = await ground.stage({
      number: 3,
      tables: [
        { ...before, updates: [['1', 'a', 'b']] },
        { ...lost, updates: [['1']] },
      ],
    });
    await ground.target.load(one, contextOf(one));
    const removals = [
      { extract: 'metadata', table: 'sheds', column: 'gone__c' },
      { extract: 'metadata', table: 'lost__c' },
    ];
    const two = await ground.stage({ number: 4, tables: [{ ...after, updates: [['2', 'c']] }], removals });
    const receipt = await ground.target.load(two, contextOf(two));
    expect(receipt.schemaChanges.map(({ sentence }) => sentence)).toEqual([
      'Dropped column sheds.gone__c: the source removed it.',
      'Dropped table lost__c: the source removed it.',
    ]);
    const again = await ground.target.load(one, contextOf(one, { loadId: 'again', fence: 2 }));
    expect(again).toMatchObject({ outcome: 'loaded', schemaChanges: [], details: { removedLater: ['lost__c'] } });
    await expect(ground.target.audit(one, contextOf(one, { loadId: 'again', fence: 3 }))).resolves.toMatchObject({
      verdict: 'PASS',
    });
    expect(await ground.columns('sheds')).toEqual(['id', 'keep__c']);
    expect(await ground.tables()).not.toContain('lost__c');
    expect(await ground.rows(after)).toEqual(['1|a', '2|c']);
  });

  it('renames what the source removed where the policy says so', async () => {
    const renaming = ground.targetWith({ onRemoval: 'rename' });
    const table = { table: 'renames', columns: [text('id'), text('old__c')] };
    const one = await ground.stage({ number: 5, tables: [{ ...table, updates: [['1', 'kept']] }] });
    await renaming.load(one, contextOf(one));
    const removals = [{ extract: 'metadata', table: 'renames', column: 'old__c' }];
    const two = await ground.stage({ number: 6, tables: [], removals });
    await renaming.load(two, contextOf(two));
    expect(await ground.columns('renames')).toEqual(['id', 'old__c_removed_20260120143000']);
  });

  it('takes over a table that somebody else made, whose rows are older than every window', async () => {
    await ground.query('create table vault.adopted (id varchar(10), n bigint)');
    await ground.query("insert into vault.adopted values ('1', 5), ('2', 6)");
    const table = { table: 'adopted', columns: [text('id'), number('n')] };
    const one = await ground.stage({ number: 7, tables: [{ ...table, updates: [['2', '7']] }] });
    const receipt = await ground.target.load(one, contextOf(one));
    expect(receipt.schemaChanges.map(({ sentence }) => sentence)).toEqual([
      "Added Windrow's two system columns to the existing table adopted.",
      'Changed adopted.n from bigint to decimal(38, 0).',
    ]);
    expect(await ground.rows(table)).toEqual(['1|5', '2|7']);
  });

  it('refuses names that the target cannot tell apart, and its own', async () => {
    const manifest = await ground.stage({
      number: 8,
      tables: [
        { table: 'Twin', columns: [text('id'), text('ID')], updates: [['1', '2']] },
        { table: 'twin', columns: [text('id'), text('_windrow_record_id')], updates: [['1', '2']] },
      ],
    });
    await expect(ground.target.load(manifest, contextOf(manifest))).rejects.toMatchObject({
      code: `${code}_TABLES`,
      details: {
        problems: [
          `The table twin appears twice; ${product} does not tell upper from lower case.`,
          `Object.Twin: the column id appears twice; ${product} does not tell upper from lower case.`,
          "Object.twin: the name _windrow_record_id is Windrow's own; names there may not begin with windrow_.",
        ],
      },
    });
  });
});
