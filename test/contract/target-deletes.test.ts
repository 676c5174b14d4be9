import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { DeletePolicy, StageManifest, Target, TransferContext } from '#framework';
import type { CsvColumn } from '#tasks/parquet';

import { type TableWindow, contextOf } from '../tasks/stage-ground.ts';
import { shownRows } from './row-lives.ts';
import { TARGETS, type TargetGround } from './target-ground.ts';

const COLUMNS: readonly CsvColumn[] = ['id', 'name__v'].map((name) => ({ name, type: 'text' }));
/** Two rows that differ in each of their keys: a number, a boolean, a date, a timestamp and a text. */
const KEYED = [
  ['1', 'true', '2026-01-20', '2026-01-20T13:15:00.000Z', 'one'],
  ['2', 'false', '2026-01-21', '2026-01-21T13:15:00.000Z', 'two'],
] as const;
const VALUES = COLUMNS.map(({ name }) => name);

describe.each(TARGETS)('$product keeps deleted rows and versions where the settings say so', ({ code, open }) => {
  let ground: TargetGround;
  let tries = 0;

  beforeAll(async () => {
    ground = await open();
  });

  afterAll(() => ground.close());

  async function load(target: Target, number: number, window: Omit<TableWindow, 'columns'>): Promise<StageManifest> {
    const manifest = await ground.stage({ number, tables: [{ columns: COLUMNS, ...window }] });
    await target.load(manifest, tryOf(manifest));
    return manifest;
  }

  /** Each load is another try, later than those before. */
  function tryOf(manifest: StageManifest): TransferContext {
    tries += 1;
    return contextOf(manifest, { loadId: `try ${tries}`, fence: tries });
  }

  const rows = (table: string, policy: DeletePolicy) => shownRows(ground, { table, values: VALUES, policy });

  it('keeps a deleted row with the time of its first deletion until an update revives it', async () => {
    const soft = ground.targetKeeping('soft');
    const table = 'softly';
    await load(soft, 1, {
      table,
      updates: [
        ['1', 'a'],
        ['2', 'b'],
        ['3', 'c'],
      ],
    });
    await load(soft, 2, { table, updates: [['3', 'd']], deletes: [['1'], ['2'], ['3']] });
    await load(soft, 3, { table, updates: [['2', 'e']], deletes: [['1']] });
    expect(await rows(table, 'soft')).toEqual(['1|a|13:30', '2|e|NULL', '3|d|NULL']);
  });

  it('marks rows that a Full does not have instead of dropping them, also where it has none at all', async () => {
    const soft = ground.targetKeeping('soft');
    const table = 'softly_full';
    await load(soft, 1, {
      table,
      updates: [
        ['1', 'a'],
        ['2', 'b'],
        ['3', 'c'],
      ],
    });
    await load(soft, 2, { table, deletes: [['1']] });
    await load(soft, 3, { table, mode: 'replace', updates: [['3', 'c']] });
    expect(await rows(table, 'soft')).toEqual(['1|a|13:30', '2|b|13:45', '3|c|NULL']);
    await load(soft, 4, { table, mode: 'replace', updates: [] });
    expect(await rows(table, 'soft')).toEqual(['1|a|13:30', '2|b|13:45', '3|c|14:00']);
  });

  it('opens a version for a change only, and trailing blanks are one', async () => {
    const history = ground.targetKeeping('history');
    const table = 'versions';
    await load(history, 1, {
      table,
      updates: [
        ['1', 'a'],
        ['2', 'b'],
        ['3', 'c'],
      ],
    });
    await load(history, 2, {
      table,
      updates: [
        ['1', 'a'],
        ['2', 'b '],
        ['3', null],
      ],
    });
    await load(history, 3, { table, updates: [['3', null]], deletes: [['1'], ['3']] });
    expect(await rows(table, 'history')).toEqual([
      '1|a|13:15|13:45',
      '2|b |13:30|NULL',
      '2|b|13:15|13:30',
      '3|NULL|13:30|NULL',
      '3|c|13:15|13:30',
    ]);
  });

  it.each(['merge', 'replace'] as const)('opens and ends versions by keys of any type, under mode %s', async (mode) => {
    const history = ground.targetKeeping('history');
    const table = `versions_typed_${mode}`;
    const types = ['number', 'boolean', 'date', 'timestamp', 'text'] as const;
    const columns: readonly CsvColumn[] = [...types.map((type) => ({ name: `${type}__v`, type })), ...COLUMNS];
    const shown = ['number__v', 'name__v'];
    for (const key of types) {
      const own = `${table}_${key}`;
      const window = { table: own, columns, key: [`${key}__v`] };
      const row = (...values: readonly string[]) => [...KEYED[values[0] === '1' ? 0 : 1], ...values];
      await load(history, 1, { ...window, updates: [row('1', 'a'), row('2', 'b')] });
      await load(history, 2, { ...window, mode, updates: [row('1', 'a'), row('2', 'c')] });
      await load(history, 3, {
        ...window,
        mode,
        updates: [row('1', 'a')],
        ...(mode === 'merge' ? { deletes: [[KEYED[1][types.indexOf(key)] ?? null]] } : {}),
      });
      expect(await shownRows(ground, { table: own, values: shown, policy: 'history' })).toEqual([
        '1|a|13:15|NULL',
        '2|b|13:15|13:30',
        '2|c|13:30|13:45',
      ]);
    }
  });

  it('closes every version where a Full has no rows at all', async () => {
    const history = ground.targetKeeping('history');
    const table = 'versions_emptied';
    await load(history, 1, { table, updates: [['1', 'a']] });
    await load(history, 2, { table, mode: 'replace', updates: [] });
    expect(await rows(table, 'history')).toEqual(['1|a|13:15|13:30']);
  });

  it('replaces the version that a window opened when the window is staged anew with other content', async () => {
    const history = ground.targetKeeping('history');
    const table = 'versions_anew';
    await load(history, 1, { table, updates: [['1', 'a']] });
    await load(history, 2, { table, updates: [['1', 'wrong']] });
    const anew = await ground.stage({ number: 2, tables: [{ table, columns: COLUMNS, updates: [['1', 'right']] }] });
    await history.load(anew, tryOf(anew));
    expect(await rows(table, 'history')).toEqual(['1|a|13:15|13:30', '1|right|13:30|NULL']);
  });

  it('keeps a table by its own policy beside the usual one', async () => {
    const mixed = ground.targetKeeping('hard', { mixed_soft: 'soft' });
    await load(mixed, 1, { table: 'mixed_soft', updates: [['1', 'a']] });
    await load(mixed, 2, { table: 'mixed_soft', deletes: [['1']] });
    await load(mixed, 3, { table: 'mixed_hard', updates: [['1', 'a']] });
    await load(mixed, 4, { table: 'mixed_hard', deletes: [['1']] });
    expect(await rows('mixed_soft', 'soft')).toEqual(['1|a|13:30']);
    expect(await rows('mixed_hard', 'hard')).toEqual([]);
  });

  it.each([
    { policy: 'soft', sentence: 'deleted rows stay from now on', after: ['1|a|13:45', '2|b|NULL'] },
    { policy: 'history', sentence: 'its rows are versions from now on', after: ['1|a|13:15|13:45', '2|b|13:30|NULL'] },
  ] as const)('begins $policy on a table that stands, and logs it', async ({ policy, sentence, after }) => {
    const table = `begins_${policy}`;
    await load(ground.target, 1, { table, updates: [['1', 'a']] });
    await load(ground.target, 2, { table, updates: [['2', 'b']] });
    const keeping = ground.targetKeeping(policy);
    const manifest = await ground.stage({ number: 3, tables: [{ table, columns: COLUMNS, deletes: [['1']] }] });
    const receipt = await keeping.load(manifest, tryOf(manifest));
    expect(receipt.schemaChanges).toMatchObject([
      { table, change: 'keep_deletes', sentence: expect.stringContaining(sentence) },
    ]);
    expect(await rows(table, policy)).toEqual(after);
  });

  it('takes over a table that somebody else made with its rows as first versions', async () => {
    await ground.query('create table vault.adopts_history (id varchar(10), name__v varchar(10))');
    await ground.query("insert into vault.adopts_history values ('1', 'a'), ('2', 'b')");
    await load(ground.targetKeeping('history'), 1, { table: 'adopts_history', updates: [['2', 'c']] });
    expect(await rows('adopts_history', 'history')).toEqual(['1|a|00:00|NULL', '2|b|00:00|13:15', '2|c|13:15|NULL']);
  });

  it.each([
    ['soft', 'hard', 'delete from back_soft_hard where not ("_deleted_at" is null)'],
    ['soft', 'history', 'alter table back_soft_history drop column _deleted_at'],
    ['history', 'hard', 'delete from back_history_hard where not ("_valid_to" is null)'],
    ['history', 'soft', 'alter table back_history_soft drop column _valid_to'],
  ] as const)('refuses to go from %s to %s, and the way that it names works', async (from, to, way) => {
    const table = `back_${from}_${to}`;
    await load(ground.targetKeeping(from), 1, {
      table,
      updates: [
        ['1', 'a'],
        ['2', 'b'],
      ],
    });
    await load(ground.targetKeeping(from), 2, { table, updates: [['2', 'c']], deletes: [['1']] });
    const next = await ground.stage({ number: 3, tables: [{ table, columns: COLUMNS, deletes: [['2']] }] });
    const target = ground.targetKeeping(to);
    const refused: unknown = await target.load(next, tryOf(next)).catch((error: unknown) => error);
    expect(refused).toMatchObject({ code: 'E_TARGET_DELETES', message: expect.stringContaining(way) });
    const message = refused instanceof Error ? refused.message : '';
    const commands = [...message.matchAll(/(?:delete from|alter table) [^;]*/g)].map(([command]) => command);
    for (const command of commands) await ground.query(command.replace(table, `vault.${table}`));
    await target.load(next, tryOf(next));
    const left = { hard: [], soft: ['2|c|13:45'], history: ['2|c|13:30|13:45'] };
    expect(await rows(table, to)).toEqual(left[to]);
  });

  it.each(['soft', 'history'] as const)('compares a Full with live rows only under %s', async (policy) => {
    const target = ground.targetKeeping(policy);
    const table = `compared_${policy}`;
    const pipelineId = `full_${policy}`;
    await load(target, 1, {
      table,
      updates: [
        ['1', 'a'],
        ['2', 'b'],
        ['3', 'c'],
      ],
    });
    await load(target, 2, { table, updates: [['2', 'd']], deletes: [['1'], ['3']] });
    for (const [number, updates, differing] of [
      [2, [['2', 'd']], { missing: 0, extra: 0, changed: 0 }],
      [
        3,
        [
          ['1', 'a'],
          ['2', 'e'],
        ],
        { missing: 1, extra: 0, changed: 1 },
      ],
    ] as const) {
      const tables: readonly TableWindow[] = [{ table, columns: COLUMNS, mode: 'replace', updates }];
      const full = await ground.stage({ number, pipelineId, tables });
      await target.load(full, { ...tryOf(full), covers: ['veeva_incremental'] });
      const report = await ground.reconciliation({ pipelineId, fullEnd: full.window.end });
      expect(report?.tables).toMatchObject([{ table, state: 'compared', ...differing }]);
    }
  });

  it('refuses a field with the name of a column that policies add', async () => {
    const columns: readonly CsvColumn[] = ['id', '_Valid_From'].map((name) => ({ name, type: 'text' }));
    const manifest = await ground.stage({ number: 1, tables: [{ table: 'clash', columns, updates: [['1', 'a']] }] });
    await expect(ground.target.load(manifest, tryOf(manifest))).rejects.toMatchObject({
      code: `${code}_TABLES`,
      message: expect.stringMatching(/Object\.clash: the name _valid_from is Windrow's own/),
    });
  });

  it.each([
    ['soft', 'a deleted row that is live again', 'update vault.TABLE set "_deleted_at" = null where id = \'9\''],
    [
      'soft',
      'a live row that is marked',
      'update vault.TABLE set "_deleted_at" = "_windrow_window_end" where id = \'1\'',
    ],
    ['history', 'a closed version that is open again', 'update vault.TABLE set "_valid_to" = null where id = \'9\''],
    [
      'history',
      'a current version that is closed',
      'update vault.TABLE set "_valid_to" = "_valid_from" where id = \'1\'',
    ],
    [
      'history',
      'two current versions of a row',
      'insert into vault.TABLE select id, name__v, "_windrow_window_end", "_windrow_record_id", "_valid_from", "_valid_to" from vault.TABLE where id = \'1\'',
    ],
  ] as const)('finds under %s %s in the audit', async (policy, what, damage) => {
    const target = ground.targetKeeping(policy);
    const table = what.replaceAll(' ', '_');
    await load(target, 1, { table, updates: [['9', 'z']] });
    const manifest = await load(target, 2, { table, updates: [['1', 'a']], deletes: [['9']] });
    const context = tryOf(manifest);
    await expect(target.audit(manifest, context)).resolves.toMatchObject({ verdict: 'PASS' });
    await ground.query(damage.replaceAll('TABLE', table));
    await expect(target.audit(manifest, context)).resolves.toMatchObject({ verdict: 'FAIL', differences: [{ table }] });
  });
});
