import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { type Reconciliation, type Target, Temporal } from '#framework';
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

type Row = readonly (string | null)[];

const row = (id: string, name: string | null = 'A'): Row => [
  id,
  name,
  '1.25',
  'true',
  '2026-01-20',
  '2026-01-20T13:07:09.123Z',
];
const FOUR = ['V1', 'V2', 'V3', 'V4'].map((id) => row(id));

/** The end of the window of this number. */
const end = (number: number) => Temporal.Instant.from('2026-01-20T13:00:00Z').add({ minutes: 15 * number });

describe.each(TARGETS)('$product compares a Full with the tables that it replaces', ({ open }) => {
  let ground: TargetGround;

  beforeAll(async () => {
    ground = await open();
  });

  afterAll(() => ground.close());

  /** Where tests ask for another policy for deletes, by the name of their table. */
  const targets = new Map<string, Target>();
  const targetOf = (name: string): Target => targets.get(name) ?? ground.target;

  const changes = async (name: string, number: number, change: Partial<TableWindow>): Promise<void> => {
    const manifest = await ground.stage({
      number,
      pipelineId: `changes_${name}`,
      format: 'csv',
      tables: [{ table: name, columns: COLUMNS, ...change }],
    });
    await targetOf(name).load(manifest, contextOf(manifest, { loadId: `changes_${name} ${number}` }));
  };

  /** Loads a Full of these tables; gives its manifest, to load it once more. */
  const stageFull = (name: string, number: number, tables: readonly TableWindow[]) =>
    ground.stage({ number, pipelineId: `full_${name}`, tables: tables.map((one) => ({ mode: 'replace', ...one })) });

  const loadFull = async (
    name: string,
    manifest: Awaited<ReturnType<typeof stageFull>>,
    fence = 1,
  ): Promise<Reconciliation> => {
    const loadId = `full_${name} ${manifest.recordId} ${fence}`;
    await targetOf(name).load(manifest, contextOf(manifest, { loadId, fence, covers: [`changes_${name}`] }));
    const report = await ground.reconciliation({ pipelineId: `full_${name}`, fullEnd: manifest.window.end });
    if (report === undefined) throw new Error('The Full left no report.');
    return report;
  };

  const full = async (name: string, number: number, updates: readonly Row[]): Promise<Reconciliation> =>
    loadFull(name, await stageFull(name, number, [{ table: name, columns: COLUMNS, updates }]));

  const NONE = { missing: 0, extra: 0, changed: 0, changedSince: 0, columns: [], samples: [] };
  const SAME = { rows: 4, ...NONE };

  it('has no report, rather than a failure, where nothing was ever loaded', async () => {
    expect(await ground.reconciliation({ pipelineId: 'full_of_nothing' })).toBeUndefined();
  });

  it('has nothing to compare with at first, and finds no difference where the windows brought every change', async () => {
    const first = await full('same', 1, FOUR);
    expect(first).toMatchObject({ verdict: 'nothing_to_compare', tables: [{ table: 'same', state: 'new', rows: 4 }] });
    await changes('same', 2, { updates: [row('V2', 'B')], deletes: [['V1']] });
    await changes('same', 3, { updates: [row('V5')] });
    const second = await full('same', 3, [row('V2', 'B'), row('V3'), row('V4'), row('V5')]);
    expect(second).toEqual({
      recordId: 3,
      loadId: 'full_same 3 1',
      reportedAt: expect.any(Temporal.Instant),
      fullEnd: end(3),
      earlierFullEnd: end(1),
      loadedTo: end(3),
      notLoaded: [],
      verdict: 'equal',
      tables: [{ table: 'same', state: 'compared', newColumns: [], ...SAME }],
    });
  });

  it('names each lost, altered, stray and doubled row by its key, and counts each column', async () => {
    await full('damaged', 1, FOUR);
    await changes('damaged', 2, { updates: [row('V5')] });
    const columns =
      'price__c, active__v, launch_date__c, modified_date__v, "_windrow_window_end", "_windrow_record_id"';
    for (const sql of [
      "delete from vault.damaged where id = 'V1'",
      "update vault.damaged set name__v = 'A ' where id = 'V2'",
      "update vault.damaged set name__v = 'X', price__c = null, active__v = false where id = 'V3'",
      `insert into vault.damaged (id, name__v, ${columns}) select 'V9', name__v, ${columns} from vault.damaged where id = 'V4'`,
      `insert into vault.damaged (id, name__v, ${columns}) select id, name__v, ${columns} from vault.damaged where id = 'V4'`,
    ])
      await ground.query(sql);
    const report = await full('damaged', 2, [...FOUR, row('V5')]);
    expect(report).toMatchObject({ verdict: 'differs', notLoaded: [] });
    expect(report.tables).toEqual([
      {
        table: 'damaged',
        state: 'compared',
        rows: 5,
        missing: 1,
        extra: 2,
        changed: 2,
        changedSince: 0,
        columns: [
          { column: 'name__v', rows: 2 },
          { column: 'active__v', rows: 1 },
          { column: 'price__c', rows: 1 },
        ],
        newColumns: [],
        samples: [
          { difference: 'missing', key: ['V1'], columns: [] },
          { difference: 'extra', key: ['V4'], columns: [] },
          { difference: 'extra', key: ['V9'], columns: [] },
          { difference: 'changed', key: ['V2'], columns: ['name__v'] },
          { difference: 'changed', key: ['V3'], columns: ['active__v', 'name__v', 'price__c'] },
        ],
      },
    ]);
    expect(await ground.query('select count(*) from vault.damaged')).toEqual([['5']]);
  });

  it('leaves out rows that windows behind the stop time of the Full changed, made or deleted', async () => {
    await full('later', 1, FOUR);
    await changes('later', 2, { updates: [row('V1', 'B')] });
    await changes('later', 3, { updates: [row('V2', 'C'), row('V6')], deletes: [['V3']] });
    const report = await full('later', 2, [row('V1', 'B'), row('V2'), row('V3'), row('V4')]);
    expect(report).toMatchObject({ verdict: 'equal', fullEnd: end(2), loadedTo: end(3), notLoaded: [] });
    expect(report.tables).toMatchObject([{ ...SAME, changedSince: 3 }]);
  });

  it('finds a fault beside rows that later windows changed', async () => {
    await full('besides', 1, FOUR);
    await changes('besides', 2, {});
    await changes('besides', 3, { updates: [row('V2', 'C')] });
    await ground.query("delete from vault.besides where id = 'V4'");
    const report = await full('besides', 2, FOUR);
    expect(report).toMatchObject({ verdict: 'differs', tables: [{ missing: 1, changed: 0, changedSince: 1 }] });
  });

  it('says that windows were not loaded up to the Full, and does not call what they would bring a fault', async () => {
    await full('behind', 1, FOUR);
    await changes('behind', 2, {});
    const report = await full('behind', 4, [row('V1', 'B'), row('V2'), row('V3'), row('V4')]);
    expect(report).toMatchObject({
      verdict: 'not_comparable',
      loadedTo: end(2),
      notLoaded: [{ from: end(2), to: end(4) }],
      tables: [{ changed: 1 }],
    });
  });

  it('names every hole between two Fulls, wherever the windows stand', async () => {
    await full('holes', 1, FOUR);
    for (const number of [3, 4, 6, 8]) await changes('holes', number, {});
    const report = await full('holes', 7, FOUR);
    expect(report).toMatchObject({
      verdict: 'equal',
      loadedTo: end(8),
      notLoaded: [
        { from: end(1), to: end(2) },
        { from: end(4), to: end(5) },
        { from: end(6), to: end(7) },
      ],
    });
  });

  it('knows that without an earlier Full everything before the first window is missing', async () => {
    await changes('begun', 3, { updates: [row('V1')] });
    const report = await full('begun', 3, FOUR);
    expect(report).toMatchObject({ verdict: 'not_comparable', notLoaded: [{ to: end(2) }], tables: [{ missing: 3 }] });
    expect(report.earlierFullEnd).toBeUndefined();
    expect(report.notLoaded[0]).not.toHaveProperty('from');
  });

  it('changes nothing when the same Full is loaded again, and says so', async () => {
    const manifest = await stageFull('again', 1, [{ table: 'again', columns: COLUMNS, updates: FOUR }]);
    await loadFull('again', manifest);
    await changes('again', 2, { updates: [row('V1', 'B')], deletes: [['V2']] });
    const before = await ground.rows({ table: 'again', columns: COLUMNS });
    const report = await loadFull('again', manifest, 2);
    expect(report).toMatchObject({ verdict: 'equal', loadId: 'full_again 1 2', earlierFullEnd: end(1), notLoaded: [] });
    expect(report.tables).toMatchObject([{ state: 'compared', ...SAME, changedSince: 2 }]);
    expect(await ground.rows({ table: 'again', columns: COLUMNS })).toEqual(before);
  });

  it('compares nothing behind a later Full', async () => {
    await full('overtaken', 1, FOUR);
    await full('overtaken', 3, FOUR.slice(1));
    const report = await full('overtaken', 2, FOUR);
    expect(report).toMatchObject({ verdict: 'nothing_to_compare', tables: [{ state: 'overtaken', missing: 0 }] });
    expect(await ground.query('select count(*) from vault.overtaken')).toEqual([['3']]);
  });

  it('tells tables and columns that only the Full brought, and tables that it no longer has', async () => {
    const small = (name: string, columns: readonly CsvColumn[], ...updates: readonly Row[]): TableWindow => ({
      table: name,
      columns,
      updates,
    });
    const two = COLUMNS.slice(0, 2);
    await loadFull('drifts', await stageFull('drifts', 1, [small('grows', two, ['1', 'a']), small('leaves', two)]));
    await changes('drifts', 2, {});
    const tables = [small('grows', COLUMNS, row('1', 'b')), small('comes', two, ['1', 'a'])];
    const merged: TableWindow = { ...small('legacy', two, ['1', 'a']), mode: 'merge' };
    const report = await loadFull('drifts', await stageFull('drifts', 2, [...tables, merged]));
    expect(report.verdict).toBe('differs');
    expect(report.tables).toMatchObject([
      { table: 'comes', state: 'new', rows: 1 },
      {
        table: 'grows',
        state: 'compared',
        changed: 1,
        columns: [{ column: 'name__v', rows: 1 }],
        newColumns: ['active__v', 'launch_date__c', 'modified_date__v', 'price__c'],
      },
      { table: 'leaves', state: 'absent' },
      { table: 'legacy', state: 'merged' },
    ]);
  });

  it('compares composite keys with NULLs, in columns of any type, and keeps few of many rows by name', async () => {
    const columns: readonly CsvColumn[] = [
      { name: 'extract', type: 'text' },
      { name: 'rank__c', type: 'number' },
      { name: 'label', type: 'text' },
    ];
    const key = ['extract', 'rank__c'];
    const updates = Array.from({ length: 12 }, (_, index) => ['E', index === 0 ? null : `${index}.5`, 'a']);
    const load = async (number: number, rows: readonly Row[]) =>
      loadFull(
        'composite',
        await stageFull('composite', number, [{ table: 'composite', columns, key, updates: rows }]),
      );
    await load(1, updates);
    const report = await load(2, [['E', null, 'b'], ...updates.slice(1, 3)]);
    expect(report.verdict).toBe('not_comparable');
    expect(report.tables).toMatchObject([{ changed: 1, extra: 9, missing: 0 }]);
    const [table] = report.tables;
    expect(table?.samples.filter(({ difference }) => difference === 'extra')).toHaveLength(5);
    expect(table?.samples.find(({ difference }) => difference === 'changed')).toEqual({
      difference: 'changed',
      key: ['E'],
      columns: ['label'],
    });
  });

  it('counts rows apart whose keys are all of their columns', async () => {
    const names = ['object', 'field', 'label', 'formula'];
    const columns = names.map((name) => ({ name, type: 'text' as const }));
    const load = async (number: number, updates: readonly Row[]) =>
      loadFull('no_id', await stageFull('no_id', number, [{ table: 'no_id', columns, key: names, updates }]));
    const known = ['product__v', 'a__c', 'A'];
    await load(1, [
      [...known, 'x'],
      [...known, 'y'],
      ['user__sys', 'b__c', null, null],
    ]);
    const report = await load(2, [
      [...known, 'z'],
      [...known, null],
      ['user__sys', 'b__c', null, null],
    ]);
    expect(report.tables).toMatchObject([{ missing: 2, extra: 2, changed: 0 }]);
    expect(report.tables[0]?.samples).toContainEqual({ difference: 'extra', key: known, columns: [] });
  });

  it('compares what a contract kept the Full from making, where a window made it meanwhile', async () => {
    const wide: readonly CsvColumn[] = [...COLUMNS, { name: 'size__c', type: 'text' }];
    await full('held', 1, FOUR);
    const manifest = await stageFull('held', 3, [
      { table: 'held', columns: wide, updates: FOUR.map((one) => [...one, one[0] === 'V1' ? 'XL' : null]) },
    ]);
    const options = { loadId: 'held 3', covers: ['changes_held'] };
    const strict = ground.targetWith({ contracts: { default: 'pause', tables: new Map() } });
    expect(await strict.load(manifest, contextOf(manifest, options))).toMatchObject({ outcome: 'held' });
    await changes('held', 2, { columns: wide, updates: [[...row('V1'), 'L']] });
    await strict.load(manifest, contextOf(manifest, options));
    const report = await ground.reconciliation({ pipelineId: 'full_held' });
    expect(report?.tables).toMatchObject([
      { table: 'held', newColumns: [], changed: 1, columns: [{ column: 'size__c', rows: 1 }] },
    ]);
  });

  it('tells of rows that the Full leaves out, because they count as extra', async () => {
    await full('spared', 1, FOUR);
    const manifest = await ground.stage({
      number: 2,
      pipelineId: 'full_spared',
      tables: [{ table: 'spared', mode: 'replace', columns: COLUMNS, updates: FOUR.slice(1) }],
      quarantined: [
        {
          extract: 'Object.spared',
          table: 'spared',
          side: 'updates',
          line: 2,
          key: '{"id":"V1"}',
          code: 'E_CSV_TOO_MANY_FIELDS',
          reason: 'has more fields than the header names',
          text: 'V1,1,2,3',
        },
      ],
    });
    const context = contextOf(manifest, { loadId: 'spared 2', covers: ['changes_spared'] });
    expect(await ground.target.load(manifest, context)).toMatchObject({
      details: {
        reconciliation: {
          sentence: expect.stringMatching(
            /extra 1, .* The Full itself is without 1 row that is in quarantine: where the table had it, it counts as extra\.$/,
          ),
        },
      },
    });
  });

  it('compares a Full of a table without rows', async () => {
    await full('emptied', 1, FOUR);
    await changes('emptied', 2, { deletes: [['V1'], ['V2'], ['V3']] });
    const report = await full('emptied', 2, []);
    expect(report).toMatchObject({ verdict: 'differs', tables: [{ rows: 0, extra: 1, samples: [{ key: ['V4'] }] }] });
    expect(await ground.rows({ table: 'emptied', columns: COLUMNS })).toEqual([]);
  });

  it.each(['soft', 'history'] as const)('compares live rows alone where deletes are %s', async (policy) => {
    targets.set(policy, ground.targetKeeping(policy));
    await full(policy, 1, FOUR);
    await changes(policy, 2, { updates: [row('V1', 'B'), row('V5')], deletes: [['V2']] });
    await changes(policy, 3, { updates: [row('V1', 'C')], deletes: [['V3']] });
    await ground.query(`update vault.${policy} set name__v = 'X' where id = 'V4'`);
    const report = await full(policy, 2, [row('V1', 'B'), row('V3'), row('V4'), row('V5')]);
    expect(report.verdict).toBe('differs');
    expect(report.tables).toMatchObject([
      { missing: 0, extra: 0, changed: 1, changedSince: 2, samples: [{ key: ['V4'], columns: ['name__v'] }] },
    ]);
    const healed = await full(policy, 3, [row('V1', 'C'), row('V4'), row('V5')]);
    expect(healed).toMatchObject({ verdict: 'equal', tables: [{ rows: 3, ...NONE }] });
  });

  it('merges the tables that the Full brings in part, and keeps their other rows', async () => {
    const legacy = { table: 'legacy_kept', columns: COLUMNS };
    await changes('legacy_kept', 1, { updates: FOUR });
    await changes('legacy_kept', 2, { updates: [row('V1', 'B')] });
    const part = await stageFull('legacy_kept', 2, [
      { ...legacy, mode: 'merge', updates: [row('V2', 'C'), row('V5')] },
    ]);
    const report = await loadFull('legacy_kept', part);
    expect(report).toMatchObject({ verdict: 'nothing_to_compare', tables: [{ state: 'merged', rows: 2 }] });
    const names = (await ground.rows(legacy)).map((text) => text.split('|').slice(0, 2).join());
    expect(names).toEqual(['V1,B', 'V2,C', 'V3,A', 'V4,A', 'V5,A']);
  });

  it('asks nothing of a window that covers no others', async () => {
    await changes('plain', 2, { updates: FOUR, mode: 'replace' });
    expect(await ground.reconciliation({ pipelineId: 'changes_plain' })).toBeUndefined();
  });
});
