import { ListStatementsCommand } from '@aws-sdk/client-redshift-data';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';

import type { StageManifest } from '#framework';
import { type RedshiftSettings, redshiftTarget } from '#tasks/redshift';
import type { CsvColumn } from '#tasks/parquet';

import { collectingLog } from '../support/collecting-log.ts';
import { failureOfAsync } from '../support/failure-of.ts';
import { type Ground, openGround, rowsOf } from './redshift-ground.ts';
import { type TableWindow, contextOf } from './stage-ground.ts';

let ground: Ground;

beforeAll(async () => {
  ground = await openGround();
});
afterEach(() => ground.sandbox.faults.clear());
afterAll(() => ground.close());

let records = 0;

/** By table, and by table and column. */
type Labels = Readonly<Record<string, string>>;

function labelled(manifest: StageManifest, labels: Labels): StageManifest {
  const label = (place: string) => (labels[place] === undefined ? {} : { label: labels[place] });
  const tables = manifest.tables.map((table) => {
    const name = table.schema.table;
    const columns = table.schema.columns.map((column) => ({ ...column, ...label(`${name}.${column.name}`) }));
    return { ...table, schema: { ...table.schema, ...label(name), columns } };
  });
  return { ...manifest, tables };
}

/** Loads one window of these tables; gives what was logged. */
async function loaded(tables: readonly TableWindow[], settings: Partial<RedshiftSettings> = {}, labels: Labels = {}) {
  records += 1;
  const manifest = labelled(await ground.stage({ number: records, format: 'csv', tables }), labels);
  const lines: string[] = [];
  const target = redshiftTarget(ground.openWith(settings), { stage: ground.store });
  await target.load(manifest, contextOf(manifest, { log: collectingLog(lines) }));
  return lines;
}

function columnsOf(...names: readonly string[]): readonly CsvColumn[] {
  return names.map((name) => ({ name, type: 'text' }));
}

/** Statements that Redshift was sent and finished, oldest first. */
async function sent(pattern: RegExp): Promise<readonly string[]> {
  const { Statements: statements = [] } = await ground.vendor.send(
    new ListStatementsCommand({ Status: 'ALL', MaxResults: 100 }),
  );
  const texts = statements.flatMap(({ QueryStrings: batch, QueryString: one = '' }) => batch ?? [one]);
  return texts.filter((text) => pattern.test(text)).toReversed();
}

describe('ANALYZE after a load', () => {
  const three = [['1'], ['2'], ['3']];

  it('follows for tables that got enough rows, and for no other', async () => {
    await loaded(
      [
        { table: 'large', columns: columnsOf('id'), updates: three },
        { table: 'small', columns: columnsOf('id'), updates: [['1']] },
      ],
      { analyzeRows: 3 },
    );
    expect(await sent(/^analyze/)).toEqual(['analyze "vault"."large"']);
  });

  it('is switched off by a setting', async () => {
    await loaded([{ table: 'unread', columns: columnsOf('id'), updates: three }], { analyzeRows: undefined });
    expect(await sent(/^analyze .*unread/)).toEqual([]);
  });

  it('that fails is logged, and the window is loaded all the same', async () => {
    ground.sandbox.faults.set([{ kind: 'permission_denied', privilege: 'analyze_table' }]);
    const lines = await loaded([{ table: 'foreign', columns: columnsOf('id'), updates: three }], { analyzeRows: 1 });
    expect(lines.join('\n')).toMatch(/"level":"warn".*foreign.*only table or database owner can analyze it/);
    expect(await rowsOf(ground.opened, { table: 'foreign', columns: columnsOf('id') })).toEqual(['1', '2', '3']);
  });
});

describe('the COPYs of a window', () => {
  const columns = columnsOf('id');
  const tables = ['a', 'b', 'c', 'd', 'e'].map((table) => ({ table: `spread_${table}`, columns, updates: [['1']] }));
  /** How many COPYs each batch of the latest load had, in any order. */
  const copies = async (parallelCopies: number): Promise<readonly number[]> => {
    await loaded(tables, { parallelCopies });
    const { Statements: statements = [] } = await ground.vendor.send(new ListStatementsCommand({ MaxResults: 100 }));
    const counts = statements.map(
      ({ QueryStrings: sqls = [] }) =>
        sqls.filter((sql) => sql.startsWith(`copy "vault"."windrow_stage_r${records}_`)).length,
    );
    return counts.filter((count) => count > 0).toSorted((a, b) => b - a);
  };

  it('are spread over as many batches as may run at once, so that few wait for each other', async () => {
    expect(await copies(4)).toEqual([2, 2, 1]);
    expect(await copies(1)).toEqual([5]);
  });
});

describe('a table of more columns than Redshift holds', () => {
  const wide = (count: number): readonly CsvColumn[] =>
    columnsOf('id', ...Array.from({ length: count - 1 }, (_, index) => `c${index}`));
  const row = (count: number): string[] => Array.from({ length: count }, () => '1');

  it('is named with its count before anything is changed', async () => {
    const load = () =>
      loaded([
        { table: 'innocent', columns: columnsOf('id'), updates: [['1']] },
        { table: 'too_wide', columns: wide(1599), updates: [row(1599)] },
      ]);
    const failure = await failureOfAsync(load);
    expect(failure).toMatchObject({ code: 'E_REDSHIFT_COLUMNS' });
    expect(failure.message).toMatch(/too_wide needs 1601 columns.*at most 1600/);
    expect(await ground.opened.reader.listTables()).not.toContain('innocent');
  });

  it('is refused when a window would add the column that is too many, and holds up to the last', async () => {
    await loaded([{ table: 'filling', columns: wide(1598), updates: [row(1598)] }]);
    const failure = await failureOfAsync(() =>
      loaded([{ table: 'filling', columns: wide(1599), updates: [row(1599)] }]),
    );
    expect(failure.message).toMatch(/filling needs 1601 columns/);
    expect(await ground.opened.reader.listColumns('filling')).toHaveLength(1598);
  });
});

describe('labels of extracts', () => {
  const told: TableWindow = { table: 'told', columns: columnsOf('id', 'name__v'), updates: [['1', 'a']] };
  const labels = { told: "Account's table \\ 表", 'told.name__v': 'Name' };
  const comments = () =>
    ground.opened.warehouse.rows({
      name: 'read comments',
      sql: "select '', remarks from svv_tables where table_name = 'told' union all select column_name, remarks from svv_columns where table_name = 'told' and remarks is not null order by 1",
    });

  it('become comments, and only one that changed is written again', async () => {
    await loaded([told], {}, labels);
    expect(await comments()).toEqual([
      ['', labels.told],
      ['name__v', 'Name'],
    ]);
    await loaded([told], {}, labels);
    expect(await sent(/^comment on .*"told"/)).toHaveLength(2);
    await loaded([told], {}, { ...labels, 'told.name__v': `${'é'.repeat(127)}€` });
    expect((await comments())[1]).toEqual(['name__v', 'é'.repeat(127)]);
    await loaded([told], {}, { ...labels, 'told.name__v': `${'é'.repeat(127)}€` });
    expect(await sent(/^comment on .*"told"/)).toHaveLength(3);
  });

  it('that cannot be written are logged, and the window is loaded all the same', async () => {
    ground.sandbox.faults.set([{ kind: 'permission_denied', privilege: 'alter_table' }]);
    const lines = await loaded([{ ...told, table: 'untold' }], {}, { untold: 'Label' });
    expect(lines.join('\n')).toMatch(/"level":"warn".*could not be written as comments.*must be owner/);
    expect(await rowsOf(ground.opened, { ...told, table: 'untold' })).toEqual(['1|a']);
  });
});

describe('distribution and sort keys', () => {
  const spread: TableWindow = { table: 'spread', columns: columnsOf('id', 'at'), updates: [['1', 'a']] };

  it('are given to a table when it is made', async () => {
    const layouts = new Map([
      ['spread', { distribution: { style: 'key', column: 'id' }, sortKeys: ['at', 'id'] }],
      ['everywhere', { distribution: { style: 'all' }, sortKeys: [] }],
    ] as const);
    await loaded([spread, { ...spread, table: 'everywhere' }], { layouts });
    const sql = `select "table", diststyle, sortkey1, sortkey_num from svv_table_info where "table" in ('spread', 'everywhere') order by 1`;
    expect(await ground.opened.warehouse.rows({ name: 'read layouts', sql })).toEqual([
      ['everywhere', 'ALL', null, '0'],
      ['spread', 'KEY(id)', 'at', '2'],
    ]);
  });

  it('that are no columns are named before anything is changed', async () => {
    const layouts = new Map([['crooked', { distribution: undefined, sortKeys: ['when'] }]]);
    const failure = await failureOfAsync(() => loaded([{ ...spread, table: 'crooked' }], { layouts }));
    expect(failure).toMatchObject({ code: 'E_REDSHIFT_LAYOUT' });
    expect(failure.message).toContain('names the key when of crooked, which has no such column');
    expect(await ground.opened.reader.listTables()).not.toContain('crooked');
  });

  it('of a column that is SUPER are named before anything is changed', async () => {
    const layouts = new Map([['endless', { distribution: undefined, sortKeys: ['id', 'at'] }]]);
    const long: TableWindow = { ...spread, table: 'endless', longText: 'parts', updates: [['1', 'a'.repeat(65_536)]] };
    const failure = await failureOfAsync(() => loaded([long], { layouts }));
    expect(failure).toMatchObject({ code: 'E_REDSHIFT_LAYOUT' });
    expect(failure.message).toContain('names the key at of endless, which is SUPER');
    expect(await ground.opened.reader.listTables()).not.toContain('endless');
  });
});
