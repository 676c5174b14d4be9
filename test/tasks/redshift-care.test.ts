import { ListStatementsCommand } from '@aws-sdk/client-redshift-data';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';

import { type RedshiftSettings, redshiftTarget } from '#tasks/redshift';
import type { CsvColumn } from '#tasks/parquet';

import { collectingLog } from '../support/collecting-log.ts';
import { failureOfAsync } from '../support/failure-of.ts';
import { type Ground, type TableWindow, contextOf, openGround, rowsOf } from './redshift-ground.ts';

let ground: Ground;

beforeAll(async () => {
  ground = await openGround();
});
afterEach(() => ground.sandbox.faults.clear());
afterAll(() => ground.close());

let records = 0;

/** Loads one window of these tables; gives what was logged. */
async function loaded(tables: readonly TableWindow[], settings: Partial<RedshiftSettings> = {}) {
  records += 1;
  const manifest = await ground.stage({ number: records, format: 'csv', tables });
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
