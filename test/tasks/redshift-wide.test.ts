import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { DELETE_POLICIES, type DeletePolicy } from '#framework';
import { redshiftTarget } from '#tasks/redshift';
import type { CsvColumn } from '#tasks/parquet';

import { failureOfAsync } from '../support/failure-of.ts';
import { openGround, rowsOf } from './redshift-ground.ts';
import { contextOf } from './stage-ground.ts';

type Ground = Awaited<ReturnType<typeof openGround>>;

let ground: Ground;
let tries = 0;
beforeAll(async () => {
  ground = await openGround();
});
afterAll(() => ground.close());

/** A key and further columns with names of so many bytes, every second one a number. */
function wide(count: number, bytes: number): readonly CsvColumn[] {
  const others = Array.from({ length: count - 1 }, (_, index): CsvColumn => {
    const name = `c${index}_`;
    return { name: name + 'x'.repeat(bytes - name.length), type: index % 2 === 0 ? 'text' : 'number' };
  });
  return [{ name: 'id', type: 'text' }, ...others];
}

interface Loaded {
  readonly table: string;
  readonly policy: DeletePolicy;
  readonly columns: readonly CsvColumn[];
  readonly value: string;
}

async function load({ table, policy, columns, value }: Loaded): Promise<void> {
  tries += 1;
  const row = columns.map(({ name }) => (name === 'id' ? '1' : value));
  const manifest = await ground.stage({ number: tries, tables: [{ table, columns, updates: [row] }] });
  const deletes = { default: policy, tables: new Map() };
  await redshiftTarget(ground.openWith({ deletes }), { stage: ground.store }).load(manifest, contextOf(manifest));
}

describe.each(DELETE_POLICIES)('a wide table under %s', (policy) => {
  it('of 600 columns with names of 40 bytes is created, changed and exact', async () => {
    const own = { table: `wide_${policy}`, policy, columns: wide(600, 40) };
    await load({ ...own, value: '1' });
    await load({ ...own, value: '2.5' });
    const rows = await rowsOf(ground.opened, own);
    const changed = ['1', ...Array.from({ length: 599 }, () => '2.5')].join('|');
    const first = ['1', ...Array.from({ length: 599 }, () => '1')].join('|');
    expect(rows).toEqual(policy === 'history' ? [first, changed] : [changed]);
  });

  it('whose names are too long for one statement is named before anything is changed', async () => {
    const table = `too_long_${policy}`;
    const failure = await failureOfAsync(() => load({ table, policy, columns: wide(1500, 127), value: '1' }));
    expect(failure).toMatchObject({ name: 'DataFailure', code: 'E_REDSHIFT_STATEMENT_BYTES' });
    expect(failure.message).toMatch(
      new RegExp(
        `^Object\\.${table}: the names of the 1500 columns of ${table} make a statement of \\d{6} bytes under`,
      ),
    );
    expect(failure.message).toContain('at most 100000. Nothing was changed.');
    expect(await ground.opened.reader.listTables()).not.toContain(table);
  });
});
