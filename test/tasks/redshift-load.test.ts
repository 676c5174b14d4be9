import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { CsvColumn } from '#tasks/parquet';
import { redshiftTarget } from '#tasks/redshift';

import { type Ground, openGround, rowsOf } from './redshift-ground.ts';
import { type TableWindow, contextOf } from './stage-ground.ts';

const COLUMNS: readonly CsvColumn[] = [
  { name: 'id', type: 'text' },
  { name: 'name__v', type: 'text' },
  { name: 'price__c', type: 'number' },
  { name: 'active__v', type: 'boolean' },
  { name: 'launch_date__c', type: 'date' },
  { name: 'modified_date__v', type: 'timestamp' },
];

const ODD_ROWS = [
  ['V01', '00012', '12345678901234567890.125', 'true', '2026-01-20', '2026-01-20T13:07:09.123Z'],
  ['V02', 'NA', '-0.5', 'false', '1999-12-31', '2026-01-20T13:07:09.000Z'],
  ['V03', ' two "lines"\nwith \\N, \' and 🚀 ', null, null, null, null],
  ['V04', '\\N', '7', 'true', null, '1969-07-20T20:17:40.000Z'],
] as const;

const ODD_TEXT = [
  'V01|00012|12345678901234567890.125|true|2026-01-20|2026-01-20T13:07:09.123Z',
  'V02|NA|-0.5|false|1999-12-31|2026-01-20T13:07:09.000Z',
  'V03| two "lines"\nwith \\N, \' and 🚀 |NULL|NULL|NULL|NULL',
  'V04|\\N|7|true|NULL|1969-07-20T20:17:40.000Z',
];

let ground: Ground;

beforeAll(async () => {
  ground = await openGround();
});

afterAll(() => ground.close());

/** Tables of one test only, so that tests do not see each other. */
function table(name: string, change: Partial<TableWindow>): TableWindow {
  return { table: name, columns: COLUMNS, ...change };
}

describe('loading a window', () => {
  it('applies forty extracts in one call, all or nothing, and says which statement failed', async () => {
    const many = Array.from({ length: 40 }, (_, index) =>
      table(`many_${index}`, { updates: ODD_ROWS, deletes: [['V09']] }),
    );
    const manifest = await ground.stage({ number: 7, tables: many });
    const full = { kind: 'fail_statement', matching: 'insert into "vault"."many_30"', message: 'Disk Full' } as const;
    ground.sandbox.faults.set([full]);
    await expect(ground.target.load(manifest, contextOf(manifest))).rejects.toMatchObject({
      code: 'E_REDSHIFT_STATEMENT',
      message: expect.stringMatching(/insert rows of many_30.*of 85.*Disk Full/s),
    });
    expect(await rowsOf(ground.opened, table('many_0', {}))).toEqual([]);
    ground.sandbox.faults.clear();
    const receipt = await ground.target.load(manifest, contextOf(manifest, { fence: 2 }));
    expect(receipt).toMatchObject({ details: { path: 'procedure' } });
    const left = { name: 'list procedures', sql: "select proname from pg_proc where proname like 'sp_windrow%'" };
    expect(await ground.opened.warehouse.rows(left)).toEqual([]);
    for (const one of many) expect(await rowsOf(ground.opened, one)).toEqual(ODD_TEXT);
  });

  it.each([
    [17, 'batch'],
    [18, 'procedure'],
  ])('applies %i extracts with updates and deletes as one %s', async (extracts, path) => {
    const tables = Array.from({ length: extracts }, (_, index) =>
      table(`of_${extracts}_${index}`, { updates: ODD_ROWS, deletes: [['V09']] }),
    );
    const manifest = await ground.stage({ number: 100 + extracts, tables });
    expect(await ground.target.load(manifest, contextOf(manifest))).toMatchObject({ details: { path } });
  });

  it('applies a long window in a session, a call each, where it may make no procedure', async () => {
    const tables = Array.from({ length: 25 }, (_, index) => table(`unaided_${index}`, { updates: ODD_ROWS }));
    const manifest = await ground.stage({ number: 130, tables });
    ground.sandbox.faults.set([{ kind: 'permission_denied', privilege: 'create_procedure' }]);
    const receipt = await ground.target.load(manifest, contextOf(manifest));
    expect(receipt).toMatchObject({ details: { path: 'session' } });
    expect(await ground.target.load(manifest, contextOf(manifest, { fence: 2 }))).toMatchObject({
      outcome: 'already_loaded',
      details: { path: 'session' },
    });
    for (const one of tables) expect(await rowsOf(ground.opened, one)).toEqual(ODD_TEXT);
  });

  it.each([
    ['a malformed number', 'V01,a,12x,true,,', /line 1, column price__c \(numeric\), value "12x": /],
    ['a text that is too long', `${'V'.repeat(40)},a,1,true,,`, /line 1, column id \(varchar\), value "V{40}": /],
  ])('says which file, line, column and value a COPY refused: %s', async (_, line, message) => {
    const refused = table('refused', { updates: ODD_ROWS });
    const manifest = await ground.stage({ number: 10, format: 'csv', tables: [refused] });
    await ground.store.put(`${manifest.location.replace('s3://lake/', '')}refused-u-0.csv`, Buffer.from(`${line}\n`));
    const failing = ground.target.load(manifest, contextOf(manifest));
    await expect(failing).rejects.toMatchObject({
      name: 'DataFailure',
      code: 'E_REDSHIFT_DATA',
      message: expect.stringMatching(message),
    });
    expect(await rowsOf(ground.opened, refused)).toEqual([]);
  });

  it('works through a serverless workgroup, where the load error table has no values', async () => {
    const { workgroup } = ground.sandbox;
    const target = redshiftTarget(ground.openWith({ access: { kind: 'workgroup', workgroup } }), {
      stage: ground.store,
    });
    const serverless = table('serverless', { updates: ODD_ROWS });
    const manifest = await ground.stage({ number: 12, format: 'csv', tables: [serverless] });
    await expect(target.load(manifest, contextOf(manifest))).resolves.toMatchObject({ outcome: 'loaded' });
    const key = `${manifest.location.replace('s3://lake/', '')}serverless-u-0.csv`;
    await ground.store.put(key, Buffer.from('V01,a,12x,true,,\n'));
    await expect(target.load(manifest, contextOf(manifest, { loadId: 'again', fence: 2 }))).rejects.toMatchObject({
      message: expect.stringMatching(/serverless-u-0.csv, line 1, column price__c \(numeric\): /),
    });
  });

  it('leaves no staging table behind once the window is audited or cleaned', async () => {
    const manifest = await ground.stage({ number: 8, tables: [table('tidy', { updates: ODD_ROWS })] });
    const staged = {
      name: 'list',
      sql: "select table_name from svv_tables where table_name like 'windrow_stage_r8_%'",
    };
    await ground.target.load(manifest, contextOf(manifest));
    expect(await ground.opened.warehouse.rows(staged)).toEqual([['windrow_stage_r8_f1_0_updates']]);
    await ground.target.clean(contextOf(manifest, { fence: 2 }));
    expect(await ground.opened.warehouse.rows(staged)).toEqual([]);
    await expect(ground.target.audit(manifest, contextOf(manifest, { fence: 3 }))).resolves.toMatchObject({
      verdict: 'PASS',
    });
    expect(await ground.opened.warehouse.rows(staged)).toEqual([]);
    expect(await ground.opened.reader.listTables()).toContain('tidy');
  });
});
