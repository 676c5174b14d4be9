import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { Audit } from '#framework';
import type { CsvColumn } from '#tasks/parquet';

import { type TableWindow, contextOf } from '../tasks/stage-ground.ts';
import { TARGETS, type TargetGround } from './target-ground.ts';

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

const ONE_EACH = { missing: 1, surplus: 1 };
const ONE_TOO_MANY = { missing: 0, surplus: 1 };

let damages = 0;

/** Tables of one test only, so that tests do not see each other. */
function table(name: string, change: Partial<TableWindow>): TableWindow {
  return { table: name, columns: COLUMNS, ...change };
}

describe.each(TARGETS)('$product keeps the contract of a target', ({ code, open }) => {
  let ground: TargetGround;

  beforeAll(async () => {
    ground = await open();
  });

  afterAll(() => ground.close());

  it('knows nothing of a window before the first load into an empty database', async () => {
    const manifest = await ground.stage({ number: 1, tables: [] });
    await expect(ground.target.count(contextOf(manifest))).resolves.toMatchObject({ kind: 'unknown' });
    await expect(ground.target.clean(contextOf(manifest))).resolves.toBeUndefined();
  });

  it.each(['parquet', 'csv'] as const)('keeps every value exact by way of %s', async (format) => {
    const odd = table(`odd_${format}`, { updates: ODD_ROWS });
    const manifest = await ground.stage({ number: 1, format, tables: [odd] });
    const receipt = await ground.target.load(manifest, contextOf(manifest, { loadId: format }));
    expect(receipt).toMatchObject({
      outcome: 'loaded',
      rows: 4,
      tables: 1,
      schemaChanges: [{ change: 'create_table', sentence: `Created table odd_${format} with 6 columns.` }],
    });
    expect(await ground.rows(odd)).toEqual(ODD_TEXT);
    await expect(ground.target.audit(manifest, contextOf(manifest, { loadId: format, fence: 2 }))).resolves.toEqual({
      verdict: 'PASS',
      sourceRows: 4,
      targetRows: 4,
      differences: [],
    });
  });

  it('loads an extract of several files', async () => {
    const parts = table('parts', {
      updates: ODD_ROWS,
      fileRows: 1,
      columns: COLUMNS.map(({ name }) => ({ name, type: 'text' })),
    });
    const manifest = await ground.stage({ number: 1, format: 'csv', tables: [parts] });
    await ground.target.load(manifest, contextOf(manifest, { loadId: 'parts' }));
    expect(await ground.query('select count(*) from vault.parts')).toEqual([['4']]);
  });

  it('answers a second load with the same id from the log, and counts the rows of the window', async () => {
    const twice = table('twice', { updates: ODD_ROWS });
    const manifest = await ground.stage({ number: 2, tables: [twice] });
    const context = contextOf(manifest);
    await expect(ground.target.count(context)).resolves.toMatchObject({ kind: 'unknown' });
    const first = await ground.target.load(manifest, context);
    const second = await ground.target.load(manifest, { ...context, fence: 2 });
    expect(second).toEqual({ ...first, outcome: 'already_loaded' });
    await expect(ground.target.count(context)).resolves.toEqual({ kind: 'counted', rows: 4 });
    expect(await ground.rows(twice)).toHaveLength(4);
  });

  it('deletes, updates and re-creates by key; a key of three columns is compared column by column', async () => {
    const columns: readonly CsvColumn[] = ['object', 'field', 'value', 'label'].map((name) => ({ name, type: 'text' }));
    const picklist = { table: 'picklist__sys', columns, key: ['object', 'field', 'value'] } as const;
    const full = await ground.stage({
      number: 3,
      tables: [
        {
          ...picklist,
          mode: 'replace',
          updates: [
            ['a', 'bc', 'd', '1'],
            ['ab', 'c', 'd', '2'],
            ['x', null, 'z', '3'],
            ['y', 'y', 'y', '4'],
          ],
        },
      ],
    });
    await ground.target.load(full, contextOf(full));
    const next = await ground.stage({
      number: 4,
      tables: [
        {
          ...picklist,
          updates: [
            ['x', null, 'z', '5'],
            ['y', 'y', 'y', '6'],
          ],
          deletes: [
            ['ab', 'c', 'd'],
            ['y', 'y', 'y'],
          ],
        },
      ],
    });
    await ground.target.load(next, contextOf(next));
    expect(await ground.rows(picklist)).toEqual(['a|bc|d|1', 'x|NULL|z|5', 'y|y|y|6']);
    await expect(ground.target.audit(next, contextOf(next, { fence: 2 }))).resolves.toMatchObject({ verdict: 'PASS' });
  });

  it('replaces a table without an id, whose rows are told apart by all of their columns, NULL like any other value', async () => {
    const names = ['object', 'field', 'label', 'formula', 'note'];
    const table = {
      table: 'object',
      columns: names.map((name) => ({ name, type: 'text' as const })),
      key: names,
      mode: 'replace' as const,
    };
    const rows = [
      ['product__v', 'a__c', 'A', null, null],
      ['product__v', 'a__c', 'A', null, 'x'],
      ['product__v', 'b__c', 'B', 'Today()', null],
    ];
    const first = await ground.stage({ number: 61, tables: [{ ...table, updates: rows }] });
    await ground.target.load(first, contextOf(first));
    const second = await ground.stage({ number: 62, tables: [{ ...table, updates: rows.slice(1) }] });
    await ground.target.load(second, contextOf(second));
    expect(await ground.rows(table)).toHaveLength(2);
    await expect(ground.target.audit(second, contextOf(second, { fence: 2 }))).resolves.toMatchObject({
      verdict: 'PASS',
    });
    const merged = await ground.stage({ number: 63, tables: [{ ...table, mode: 'merge', updates: rows }] });
    await expect(ground.target.load(merged, contextOf(merged))).rejects.toThrow('expected at most 3');
  });

  it('empties a table whose Full brings no rows', async () => {
    const full = (rows: TableWindow['updates'] & object) => table('emptied', { mode: 'replace', updates: rows });
    const first = await ground.stage({ number: 5, tables: [full(ODD_ROWS)] });
    await ground.target.load(first, contextOf(first));
    const second = await ground.stage({ number: 6, tables: [full([])] });
    await ground.target.load(second, contextOf(second));
    expect(await ground.rows(full([]))).toEqual([]);
    await expect(ground.target.audit(second, contextOf(second, { fence: 2 }))).resolves.toMatchObject({
      verdict: 'PASS',
    });
  });

  it('refuses a window that names a row twice, or whose files hold other rows than its manifest says', async () => {
    const doubled = table('doubled', { updates: [...ODD_ROWS, ODD_ROWS[0]] });
    const manifest = await ground.stage({ number: 11, tables: [doubled] });
    await expect(ground.target.load(manifest, contextOf(manifest))).rejects.toMatchObject({
      code: `${code}_DUPLICATE_KEYS`,
    });
    const [staged] = manifest.tables;
    if (staged === undefined) throw new Error('The manifest has no table.');
    const short = { ...manifest, tables: [{ ...staged, updates: { ...staged.updates, rows: 6 } }] };
    await expect(ground.target.load(short, contextOf(manifest))).rejects.toMatchObject({
      name: 'DataFailure',
      message: expect.stringMatching(/Object.doubled updates: .* 5 rows, the stage manifest lists 6\./),
    });
  });

  const copied = (id: string): string =>
    `insert into vault.TABLE select '${id}', name__v, price__c, active__v, launch_date__c, modified_date__v, ` +
    `"_windrow_window_end", "_windrow_record_id" from vault.TABLE where id = 'V02'`;
  const older = `update vault.TABLE set "_windrow_window_end" = "_windrow_window_end" - interval '1 hour' where id = `;

  it.each([
    ['a missing row', ["delete from vault.TABLE where id = 'V02'"], { missing: 1, surplus: 0 }],
    ['a doubled row', [copied('V02')], { missing: 0, surplus: 1 }],
    ['a missing row beside a doubled one', ["delete from vault.TABLE where id = 'V01'", copied('V02')], ONE_EACH],
    ['an older row in place of one', [`${older}'V03'`], ONE_EACH],
    ['an older row beside the one of the window', [copied('V03'), `${older}'V03' and name__v = 'NA'`], ONE_TOO_MANY],
    ['a deleted row that is there again', [copied('V09')], ONE_TOO_MANY],
    ['a deleted row that was never removed', [copied('V09'), `${older}'V09'`], ONE_TOO_MANY],
    ['a deleted row beside a missing one', [copied('V09'), "delete from vault.TABLE where id = 'V01'"], ONE_EACH],
    ['a re-created row that stands twice', [copied('V02')], ONE_TOO_MANY],
  ])('finds %s in the audit of changes', async (_, damage, wrong) => {
    const one = table(`changed_${(damages += 1)}`, { updates: ODD_ROWS, deletes: [['V09'], ['V02']] });
    expect(await auditDamaged(one, damage)).toEqual(differing(one, { expected: 6, ...wrong }));
  });

  it.each([
    ['a missing row', ["delete from vault.TABLE where id = 'V02'"], { missing: 1, surplus: 0 }],
    ['a doubled row', [copied('V02')], ONE_TOO_MANY],
    ['a stray row', [copied('V09')], ONE_TOO_MANY],
    ['a missing row beside a doubled one', ["delete from vault.TABLE where id = 'V01'", copied('V02')], ONE_EACH],
    ['a missing row beside a stray one', ["delete from vault.TABLE where id = 'V01'", copied('V09')], ONE_EACH],
  ])('finds %s in the audit of a Full', async (_, damage, wrong) => {
    const one = table(`replaced_${(damages += 1)}`, { updates: ODD_ROWS, mode: 'replace' });
    expect(await auditDamaged(one, damage)).toEqual(differing(one, { expected: 4, ...wrong }));
  });

  it('refuses a worker whose window a later one has loaded', async () => {
    const fenced = table('fenced', { updates: ODD_ROWS });
    const manifest = await ground.stage({ number: 13, tables: [fenced] });
    await ground.target.load(manifest, contextOf(manifest, { loadId: 'later', fence: 5 }));
    await expect(
      ground.target.load(manifest, contextOf(manifest, { loadId: 'stale', fence: 4 })),
    ).rejects.toMatchObject({ name: 'Cancelled', code: 'E_FENCED' });
    expect(await ground.query('select count(*) from vault.windrow_load_log where record_id = 13')).toEqual([['1']]);
  });

  it('ends with one load when two workers load the same window at the same moment', async () => {
    const raced = table('raced', { updates: ODD_ROWS });
    const manifest = await ground.stage({ number: 14, tables: [raced] });
    const other = ground.targetWith({});
    const receipts = await Promise.all(
      [ground.target, other].map((target, index) => target.load(manifest, contextOf(manifest, { fence: index + 1 }))),
    );
    expect(receipts).toMatchObject([{ rows: 4 }, { rows: 4 }]);
    expect(await ground.rows(raced)).toEqual(ODD_TEXT);
    expect(await ground.query('select count(*) from vault.windrow_load_log where record_id = 14')).toEqual([['1']]);
  });

  /** Loads the table, damages it with statements on `TABLE`, and audits it. */
  async function auditDamaged(one: TableWindow, damage: readonly string[]): Promise<Audit> {
    const manifest = await ground.stage({ number: 9, tables: [one] });
    const context = contextOf(manifest, { loadId: one.table });
    await ground.target.load(manifest, context);
    for (const sql of damage) {
      await ground.query(sql.replaceAll('TABLE', one.table));
    }
    return ground.target.audit(manifest, { ...context, fence: 2 });
  }
});

interface Wrong {
  readonly expected: number;
  readonly missing: number;
  readonly surplus: number;
}

function differing({ table: name }: TableWindow, wrong: Wrong): Audit {
  const found = wrong.expected - wrong.missing + wrong.surplus;
  return {
    verdict: 'FAIL',
    sourceRows: wrong.expected,
    targetRows: found,
    differences: [{ table: name, found, ...wrong }],
  };
}
