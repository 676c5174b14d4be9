import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { DELETE_POLICIES, type DeletePolicy, type LoadMode } from '#framework';
import type { CsvColumn } from '#tasks/parquet';

import { contextOf } from '../tasks/stage-ground.ts';
import { shownRows } from './row-lives.ts';
import { TARGETS, type TargetGround } from './target-ground.ts';

const COLUMNS: readonly CsvColumn[] = [
  { name: 'id', type: 'text' },
  { name: 'name__v', type: 'text' },
  { name: 'amount__c', type: 'number' },
  { name: 'day__c', type: 'date' },
];
const VALUES = COLUMNS.map(({ name }) => name);
const LACKED = ['amount__c', 'day__c'];
const LIVE: Readonly<Record<DeletePolicy, string>> = {
  hard: 'true',
  soft: '_deleted_at is null',
  history: '_valid_to is null',
};

describe.each(TARGETS)('a window whose file lacks columns that its source describes, into $product', ({ open }) => {
  let ground: TargetGround;
  let tries = 0;
  beforeAll(async () => {
    ground = await open();
  });
  afterAll(() => ground.close());

  type Rows = readonly (readonly (string | null)[])[];

  async function load(policy: DeletePolicy, number: number, window: { table: string; mode: LoadMode; rows: Rows }) {
    const { table, mode, rows } = window;
    const isWhole = rows[0]?.length === COLUMNS.length;
    const columns = isWhole ? COLUMNS : COLUMNS.filter(({ name }) => !LACKED.includes(name));
    const absent = isWhole ? {} : { absent: ['AMOUNT__C', 'day__c', 'never_seen__c'] };
    const manifest = await ground.stage({ number, tables: [{ table, mode, columns, updates: rows, ...absent }] });
    tries += 1;
    await ground.targetKeeping(policy).load(manifest, contextOf(manifest, { loadId: `try ${tries}`, fence: tries }));
  }

  const WHOLE: Rows = [
    ['1', 'a', '1.5', '2026-01-20'],
    ['2', 'b', '2', null],
    ['3', 'c', null, null],
  ];
  const LACKING: Rows = [
    ['1', 'a'],
    ['2', 'z'],
    ['3', 'c'],
  ];

  it.each(DELETE_POLICIES.flatMap((policy) => (['merge', 'replace'] as const).map((mode) => [policy, mode] as const)))(
    'leaves its rows without values there, under %s and %s, until a file brings them again',
    async (policy, mode) => {
      const table = `lacking_${policy}_${mode}`;
      const live = async (): Promise<readonly string[]> => {
        const rows = await ground.query(`select ${VALUES.join(', ')} from vault.${table} where ${LIVE[policy]}`);
        return rows.map((row) => row.map((value) => value ?? 'NULL').join('|')).toSorted();
      };
      await load(policy, 1, { table, mode, rows: WHOLE });
      const before = await live();
      await load(policy, 2, { table, mode, rows: LACKING });
      expect(await live()).toEqual(['1|a|NULL|NULL', '2|z|NULL|NULL', '3|c|NULL|NULL']);
      await load(policy, 3, { table, mode, rows: LACKING });
      await load(policy, 4, { table, mode, rows: WHOLE });
      expect(await live()).toEqual(before);
    },
  );

  it('keeps what stood there in a version of its own', async () => {
    const window = { table: 'lacking_versions', mode: 'merge' } as const;
    await load('history', 1, { ...window, rows: WHOLE });
    await load('history', 2, { ...window, rows: LACKING });
    await load('history', 3, { ...window, rows: LACKING });
    await load('history', 4, { ...window, rows: WHOLE });
    const values = ['id', 'name__v', 'day__c'];
    expect(await shownRows(ground, { table: window.table, values, policy: 'history' })).toEqual([
      '1|a|2026-01-20|13:15|13:30',
      '1|a|2026-01-20|14:00|NULL',
      '1|a|NULL|13:30|14:00',
      '2|b|NULL|13:15|13:30',
      '2|b|NULL|14:00|NULL',
      '2|z|NULL|13:30|14:00',
      '3|c|NULL|13:15|NULL',
    ]);
  });
});
