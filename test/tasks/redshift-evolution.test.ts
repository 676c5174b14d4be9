import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { CsvColumn } from '#tasks/parquet';

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
      'Changed evolves.code__c from decimal(38, 0) to varchar(64).',
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
});
