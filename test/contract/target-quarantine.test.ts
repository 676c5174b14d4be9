import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { DELETE_POLICIES, type DeletePolicy, type QuarantinedRow } from '#framework';
import type { CsvColumn } from '#tasks/parquet';

import { type TableWindow, contextOf } from '../tasks/stage-ground.ts';
import { TARGETS, type TargetGround } from './target-ground.ts';

const COLUMNS: readonly CsvColumn[] = [
  { name: 'id', type: 'text' },
  { name: 'price__c', type: 'number' },
];

function table(name: string, ...rows: readonly (readonly [string, string])[]): TableWindow {
  return { table: name, columns: COLUMNS, updates: rows };
}

function leftOut(name: string, id: string, line = 3): QuarantinedRow {
  return {
    extract: `Object.${name}`,
    table: name,
    side: 'updates',
    line,
    key: JSON.stringify({ id }),
    column: 'price__c',
    code: 'E_NUMBER_UNREADABLE',
    reason: 'is not a number',
    value: `1"2\\x'`,
    text: `${id},1"2\\x'\nand more`,
  };
}

const LIVE: Readonly<Record<DeletePolicy, string>> = {
  hard: 'true',
  soft: '_deleted_at is null',
  history: '_valid_to is null',
};

const RECORD: QuarantinedRow = {
  extract: 'Object.whole',
  table: 'whole',
  side: 'deletes',
  line: 7,
  key: '{"id":"V9"}',
  code: 'E_CSV_TOO_MANY_FIELDS',
  reason: 'has more fields than the header names',
  text: 'V9,1,2,3',
};

describe.each(TARGETS)('$product keeps the rows that a window leaves out', ({ open }) => {
  let ground: TargetGround;

  beforeAll(async () => {
    ground = await open();
  });

  afterAll(() => ground.close());

  const kept = (number: number) =>
    ground.query(
      'select extract, table_name, side, line_number, row_key, column_name, code, reason, "value", row_text ' +
        `from vault.windrow_quarantine where record_id = ${number} order by line_number`,
    );

  it.each([
    ['parquet', 1],
    ['csv', 2],
  ] as const)('writes them with their reason into the quarantine table, by way of %s', async (format, number) => {
    const name = `left_out_${format}`;
    const good = table(name, ['V1', '1.5']);
    const manifest = await ground.stage({ number, format, tables: [good], quarantined: [leftOut(name, 'V2'), RECORD] });
    const receipt = await ground.target.load(manifest, contextOf(manifest));
    expect(receipt).toMatchObject({ rows: 1, details: { quarantined: 2 } });
    expect(await ground.rows(good)).toEqual(['V1|1.5']);
    const { extract, side, key, column = '', code, reason, value = '', text } = leftOut(name, 'V2');
    expect(await kept(number)).toEqual([
      [extract, name, side, '3', key, column, code, reason, value, text],
      ['Object.whole', 'whole', 'deletes', '7', RECORD.key, null, RECORD.code, RECORD.reason, null, RECORD.text],
    ]);
  });

  it('lists them for people by their record, with window, place and reason', async () => {
    const manifest = await ground.stage({
      number: 12,
      tables: [table('listed', ['V1', '1'])],
      quarantined: [leftOut('listed', 'V2'), leftOut('listed', 'V3', 4)],
    });
    await ground.target.load(manifest, contextOf(manifest));
    const { table: _, ...shown } = leftOut('listed', 'V2');
    const window = { windowStart: '2026-01-20T15:45:00.000Z', windowEnd: '2026-01-20T16:00:00.000Z' };
    const listed = { ...shown, ...window, recordId: 12, pipelineId: manifest.pipelineId };
    expect(await ground.quarantined({ record: 12, limit: 1 })).toEqual([listed]);
    expect(await ground.quarantined({ record: 12, limit: 9 })).toHaveLength(2);
    expect(await ground.quarantined({ record: 999, limit: 9 })).toEqual([]);
  });

  it('counts them in the audit: the rows of the source are those loaded and those left out', async () => {
    const manifest = await ground.stage({
      number: 3,
      tables: [table('counted', ['V1', '1'], ['V3', '3'])],
      quarantined: [leftOut('counted', 'V2')],
    });
    await ground.target.load(manifest, contextOf(manifest));
    await expect(ground.target.audit(manifest, contextOf(manifest, { fence: 2 }))).resolves.toEqual({
      verdict: 'PASS',
      sourceRows: 3,
      targetRows: 2,
      differences: [],
      quarantined: 1,
    });
    await ground.query('delete from vault.windrow_quarantine where record_id = 3');
    await expect(ground.target.audit(manifest, contextOf(manifest, { fence: 3 }))).resolves.toMatchObject({
      verdict: 'FAIL',
      differences: [{ table: 'windrow_quarantine', expected: 1, found: 0, missing: 1, surplus: 0 }],
    });
  });

  it.each(DELETE_POLICIES)(
    'keeps the earlier version of a row that a Full could not bring, under %s',
    async (policy) => {
      const name = `spared_${policy}`;
      const key = ['id', 'price__c'];
      const load = async (number: number, full: TableWindow, quarantined: readonly QuarantinedRow[] = []) => {
        const manifest = await ground.stage({ number, tables: [{ ...full, key, mode: 'replace' }], quarantined });
        await ground.targetKeeping(policy).load(manifest, contextOf(manifest, { loadId: policy }));
        return ground.targetKeeping(policy).audit(manifest, contextOf(manifest, { loadId: policy, fence: 2 }));
      };
      const live = async () => {
        const rows = await ground.query(
          `select id, cast(price__c as varchar) from vault.${name} where ${LIVE[policy]}`,
        );
        return rows.map((row) => row.join('|')).toSorted();
      };
      const first = 20 + 4 * DELETE_POLICIES.indexOf(policy);
      const bad = (id: string, price: string, side: 'updates' | 'deletes' = 'updates') => ({
        ...leftOut(name, id),
        side,
        key: JSON.stringify({ id, price__c: price }),
      });
      await load(first, table(name, ['V1', '1.50'], ['V2', '2'], ["V'3 ", '3'], ['V4', '4'], ['V5', '5']));
      const rows = [
        bad('V2', '2'),
        bad("V'3 ", '3'),
        bad('V4', '5'),
        bad('V5', '5', 'deletes'),
        bad('V7', '7'),
        { ...leftOut(name, ''), key: '{}' },
      ];
      const audit = await load(
        first + 1,
        table(name, ['V1', '1.5'], ['V6', '6']),
        rows.map((row, line) => ({ ...row, line })),
      );
      expect(await live()).toEqual(["V'3 |3.00", 'V1|1.50', 'V2|2.00', 'V6|6.00']);
      expect(audit).toMatchObject({ verdict: 'PASS', differences: [], quarantined: 6 });
      await expect(load(first + 2, table(name, ['V1', '1.5'], ['V2', '2']))).resolves.toMatchObject({
        verdict: 'PASS',
      });
      expect(await live()).toEqual(['V1|1.50', 'V2|2.00']);
    },
  );

  it('replaces them when the window is loaded again, and only those of the window', async () => {
    const tables = [table('again', ['V1', '1'])];
    const other = await ground.stage({ number: 5, tables, quarantined: [leftOut('again', 'V5')] });
    await ground.target.load(other, contextOf(other));
    const first = await ground.stage({
      number: 4,
      tables,
      quarantined: [leftOut('again', 'V2'), leftOut('again', 'V3', 4)],
    });
    await ground.target.load(first, contextOf(first));
    await ground.target.load(first, contextOf(first, { loadId: '4:2', fence: 2 }));
    expect(await kept(4)).toHaveLength(2);
    const second = await ground.stage({ number: 4, tables, quarantined: [leftOut('again', 'V3', 4)] });
    await ground.target.load(second, contextOf(second, { loadId: '4:3', fence: 3 }));
    expect((await kept(4)).map(([, , , line]) => line)).toEqual(['4']);
    const healed = await ground.stage({ number: 4, tables });
    await ground.target.load(healed, contextOf(healed, { loadId: '4:4', fence: 4 }));
    expect(await kept(4)).toEqual([]);
    expect(await kept(5)).toHaveLength(1);
  });

  it('keeps the older version of a row that is left out, until a later window brings it', async () => {
    const prices = (...rows: readonly (readonly [string, string])[]): TableWindow => table('older', ...rows);
    const before = await ground.stage({ number: 6, tables: [prices(['V1', '1'], ['V2', '2'])] });
    await ground.target.load(before, contextOf(before));
    const bad = await ground.stage({
      number: 7,
      tables: [prices(['V1', '10'])],
      quarantined: [leftOut('older', 'V2')],
    });
    await ground.target.load(bad, contextOf(bad));
    expect(await ground.rows(prices())).toEqual(['V1|10', 'V2|2']);
    const good = await ground.stage({ number: 8, tables: [prices(['V2', '200'])] });
    await ground.target.load(good, contextOf(good));
    expect(await ground.rows(prices())).toEqual(['V1|10', 'V2|200']);
  });

  it('writes nothing into the quarantine table when the load fails', async () => {
    const doubled = table('failed', ['V1', '1'], ['V1', '2']);
    const manifest = await ground.stage({ number: 9, tables: [doubled], quarantined: [leftOut('failed', 'V2')] });
    await expect(ground.target.load(manifest, contextOf(manifest))).rejects.toMatchObject({ name: 'DataFailure' });
    expect(await kept(9)).toEqual([]);
  });
});
