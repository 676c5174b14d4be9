import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { CsvColumn } from '#tasks/parquet';
import { redshiftTarget } from '#tasks/redshift';

import { type Ground, openGround, rowsOf } from './redshift-ground.ts';
import { contextOf } from './stage-ground.ts';

const text = (name: string): CsvColumn => ({ name, type: 'text' });
const number = (name: string): CsvColumn => ({ name, type: 'number' });

let ground: Ground;

beforeAll(async () => {
  ground = await openGround();
});

afterAll(() => ground.close());

async function drift(): Promise<readonly (readonly (string | null)[])[]> {
  const sql = 'select sentence from vault.windrow_schema_drift order by changed_at, sentence';
  return ground.opened.warehouse.rows({ name: 'read the drift log', sql });
}

describe('following the source’s schema', () => {
  it('adds, widens and changes columns before the load, and logs each change', async () => {
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
    expect(receipt.schemaChanges.map(({ sentence }) => sentence)).toEqual([
      'Widened evolves.name__v from varchar(16) to varchar(512).',
      'Changed evolves.size__c from decimal(38, 1) to decimal(38, 5).',
      'Changed evolves.code__c from decimal(38, 0) to varchar(16).',
      'Added column evolves.extra__c (varchar(16)).',
    ]);
    expect(await rowsOf(ground.opened, second)).toEqual([
      '1|short|1.5|7|NULL',
      `2|${'é'.repeat(200)}|0.00001|C-8|more`,
    ]);
    const logged = (await drift()).flat();
    expect(receipt.schemaChanges.at(-1)).toMatchObject({ table: 'evolves', column: 'extra__c', change: 'add_column' });
    for (const { sentence } of receipt.schemaChanges) expect(logged).toContain(sentence);
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
    expect(await ground.opened.reader.listColumns('sheds')).toEqual(['id', 'keep__c']);
    expect(await ground.opened.reader.listTables()).not.toContain('lost__c');
    expect(await rowsOf(ground.opened, after)).toEqual(['1|a', '2|c']);
  });

  it('renames what the source removed where the policy says so', async () => {
    const renaming = redshiftTarget(ground.openWith({ onRemoval: 'rename' }), { stage: ground.store });
    const table = { table: 'renames', columns: [text('id'), text('old__c')] };
    const one = await ground.stage({ number: 5, tables: [{ ...table, updates: [['1', 'kept']] }] });
    await renaming.load(one, contextOf(one));
    const removals = [{ extract: 'metadata', table: 'renames', column: 'old__c' }];
    const two = await ground.stage({ number: 6, tables: [], removals });
    await renaming.load(two, contextOf(two));
    expect(await ground.opened.reader.listColumns('renames')).toEqual(['id', 'old__c_removed_20260120143000']);
  });

  it('takes over a table that somebody else made, whose rows are older than every window', async () => {
    await ground.opened.warehouse.run([
      { name: 'create', sql: 'create table vault.adopted (id varchar(10), n bigint)' },
      { name: 'fill', sql: "insert into vault.adopted values ('1', 5), ('2', 6)" },
    ]);
    const table = { table: 'adopted', columns: [text('id'), number('n')] };
    const one = await ground.stage({ number: 7, tables: [{ ...table, updates: [['2', '7']] }] });
    const receipt = await ground.target.load(one, contextOf(one));
    expect(receipt.schemaChanges.map(({ sentence }) => sentence)).toEqual([
      "Added Windrow's two system columns to the existing table adopted.",
      'Changed adopted.n from bigint to decimal(38, 0).',
    ]);
    expect(await rowsOf(ground.opened, table)).toEqual(['1|5', '2|7']);
  });

  it('refuses names that Redshift cannot tell apart, and its own', async () => {
    const manifest = await ground.stage({
      number: 8,
      tables: [
        { table: 'Twin', columns: [text('id'), text('ID')], updates: [['1', '2']] },
        { table: 'twin', columns: [text('id'), text('_windrow_record_id')], updates: [['1', '2']] },
      ],
    });
    await expect(ground.target.load(manifest, contextOf(manifest))).rejects.toMatchObject({
      code: 'E_REDSHIFT_TABLES',
      details: {
        problems: [
          'The table twin appears twice; Redshift does not tell upper from lower case.',
          'Object.Twin: the column id appears twice; Redshift does not tell upper from lower case.',
          "Object.twin: the name _windrow_record_id is Windrow's own; names there may not begin with windrow_.",
        ],
      },
    });
  });
});
