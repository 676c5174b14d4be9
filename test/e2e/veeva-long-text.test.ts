import { createHash } from 'node:crypto';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { redshiftConnection } from '#tasks/redshift';

import { type VeevaInstallation, fileOf, loadFull, openVeeva } from '../support/veeva-installation.ts';

const FIRST = 'é'.repeat(32_767);
const SECOND = `é${'x'.repeat(20_000)}!`;

function md5(text: string): string {
  return createHash('md5').update(text).digest('hex');
}

describe('a text of more than 65,535 bytes, under policy super', () => {
  let veeva: VeevaInstallation;
  beforeAll(async () => {
    veeva = await openVeeva({ environment: { ON_LONG_TEXT: 'super' }, vault: { changesPerWindow: 200 } });
    await loadFull(veeva);
  });
  afterAll(() => veeva.close());

  async function rows(sql: string): Promise<readonly (readonly (string | null)[])[]> {
    const { warehouse } = await veeva.windrow.connections.get(redshiftConnection);
    return warehouse.rows({ name: 'read for a test', sql });
  }

  const LONG = 'select md5(name__v[0]::varchar), md5(name__v[1]::varchar) from vault.product__v';
  const count = async (condition: string) =>
    Number((await rows(`select count(*) from vault.product__v where ${condition}`))[0]?.[0]);

  it('comes whole from the Vault into a column that becomes SUPER, and leaves every other row as it was', async () => {
    const before = await rows('select id, name__v from vault.product__v');
    const file = fileOf(1);
    const value = FIRST + SECOND;
    veeva.sandbox.vault.faults.add({
      kind: 'value',
      extract: 'Object.product__v',
      column: 'name__v',
      row: 0,
      value,
      file,
    });
    veeva.publish(1);
    const record = await veeva.completed(1);
    expect(record.audit).toMatchObject({ result: 'PASS' });
    expect(await rows(`${LONG} where get_array_length(name__v) > 1`)).toEqual([[md5(FIRST), md5(SECOND)]]);
    const retyped = `select sentence from vault.windrow_schema_drift where "table_name" = 'product__v' and "change" = 'change_type'`;
    expect(await rows(retyped)).toEqual([
      [expect.stringMatching(/^Changed product__v\.name__v from varchar\(\d+\) to super\.$/)],
    ]);
    expect(await count('name__v is not null and get_array_length(name__v) is null')).toBe(0);
    const unchanged = new Map(before.map(([id, name]) => [id, name]));
    const old = await rows(
      `select id, name__v[0]::varchar from vault.product__v where "_windrow_record_id" <> ${record.id}`,
    );
    expect(old.length).toBeGreaterThan(0);
    expect(old).toEqual(old.map(([id]) => [id, unchanged.get(id ?? '')]));
  });

  it('gives way to a short one, which is the only piece then', async () => {
    veeva.sandbox.vault.faults.clear();
    await veeva.rerun(1, 'SOURCE_TO_STAGE');
    expect(await count('get_array_length(name__v) > 1')).toBe(0);
    expect(await count('get_array_length(name__v) = 1')).toBeGreaterThan(0);
    expect((await veeva.differences(1)).filter(({ table }) => table !== 'product__v')).toEqual([]);
  });
});
