import { createHash } from 'node:crypto';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { CsvColumn, LongText } from '#tasks/parquet';

import { type TableWindow, contextOf } from '../tasks/stage-ground.ts';
import { TARGETS, type TargetGround } from './target-ground.ts';

/** The last column: its parts stand behind it. */
const COLUMNS: readonly CsvColumn[] = ['id', 'notes'].map((name) => ({ name, type: 'text' }));
const FIRST = 'é'.repeat(32_767);
const SECOND = `${'é'.repeat(20_000)}!`;

function md5(text: string): string {
  return createHash('md5').update(text).digest('hex');
}

describe.each(TARGETS)('$product and text of more than 65,535 bytes', ({ product, open }) => {
  let ground: TargetGround;

  beforeAll(async () => {
    ground = await open();
  });

  afterAll(() => ground.close());

  function window(table: string, longText: LongText, notes: string): TableWindow {
    return { table, columns: COLUMNS, longText, updates: [['V1', notes]] };
  }

  async function load(number: number, format: 'parquet' | 'csv', table: TableWindow) {
    const manifest = await ground.stage({ number, format, tables: [table] });
    await ground.target.load(manifest, contextOf(manifest));
    return ground.target.audit(manifest, contextOf(manifest, { fence: 2 }));
  }

  it.each(['parquet', 'csv'] as const)(
    'holds its parts exactly, and forgets them with the row, by way of %s',
    async (format) => {
      const name = `split_${format}`;
      const parts = () => ground.query(`select md5(notes), md5(notes__2) from vault.${name}`);
      const first = format === 'parquet' ? 1 : 11;
      await expect(load(first, format, window(name, 'split', FIRST + SECOND))).resolves.toMatchObject({
        verdict: 'PASS',
      });
      expect(await parts()).toEqual([[md5(FIRST), md5(SECOND)]]);
      await expect(load(first + 1, format, window(name, 'split', 'short'))).resolves.toMatchObject({ verdict: 'PASS' });
      expect(await parts()).toEqual([[md5('short'), null]]);
      await load(first + 2, format, window(name, 'split', SECOND.repeat(5)));
      expect(await ground.columns(name)).toEqual(['id', 'notes', 'notes__2', 'notes__3', 'notes__4']);
    },
  );

  it('takes the parts away with the field, and an older window does not bring them back', async () => {
    const name = 'split_gone';
    await load(41, 'parquet', window(name, 'split', FIRST + SECOND));
    const removals = [{ extract: 'metadata', table: name, column: 'notes' }];
    const gone = await ground.stage({ number: 43, tables: [], removals });
    await ground.target.load(gone, contextOf(gone));
    expect(await ground.columns(name)).toEqual(['id']);
    await load(42, 'parquet', window(name, 'split', FIRST + SECOND + FIRST + FIRST));
    expect(await ground.columns(name)).toEqual(['id']);
  });

  it.each(['merge', 'replace'] as const)('sees in a %s that a text lost all but its first part', async (mode) => {
    const history = ground.targetKeeping('history');
    const name = `split_versions_${mode}`;
    const first = mode === 'merge' ? 51 : 61;
    for (const [place, notes] of [FIRST + SECOND, FIRST, FIRST].entries()) {
      const table = { ...window(name, 'split', notes), mode };
      const manifest = await ground.stage({ number: first + place, tables: [table] });
      await history.load(manifest, contextOf(manifest));
      await expect(history.audit(manifest, contextOf(manifest))).resolves.toMatchObject({ verdict: 'PASS' });
    }
    const versions = await ground.query(
      `select md5(notes), md5(notes__2), case when _valid_to is null then 'now' else 'then' end from vault.${name} order by _valid_from`,
    );
    expect(versions).toEqual([
      [md5(FIRST), md5(SECOND), 'then'],
      [md5(FIRST), null, 'now'],
    ]);
  });

  it('holds it whole where its columns have no such limit, and refuses it by name where they have', async () => {
    const whole = window('whole', 'whole', FIRST + SECOND);
    const ends: Readonly<Record<string, () => Promise<void>>> = {
      DuckDB: async () => {
        await load(21, 'parquet', whole);
        expect(await ground.query('select md5(notes) from vault.whole')).toEqual([[md5(FIRST + SECOND)]]);
      },
      Redshift: () => expect(load(21, 'parquet', whole)).rejects.toMatchObject({ code: 'E_REDSHIFT_TEXT_TOO_WIDE' }),
    };
    await ends[product]?.();
    expect.assertions(1);
  });
});
