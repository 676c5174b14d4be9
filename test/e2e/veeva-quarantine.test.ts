import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';

import { listQuarantine } from '#framework/operate';

import { type VeevaInstallation, fileOf, loadFull, openVeeva } from '../support/veeva-installation.ts';
import { VEEVA_TARGETS, type VeevaTarget } from '../support/veeva-target.ts';

const USERS = 'Object.user__sys';
const PRODUCTS = 'Object.product__v';

/** Two rows of window 1 cannot be loaded; one may be left out, and in a second installation two. */
async function open(target: VeevaTarget, rows: number): Promise<VeevaInstallation> {
  const environment = { ON_BAD_ROW: 'quarantine', QUARANTINE_ROWS: String(rows) };
  const veeva = await openVeeva({ target, environment, vault: { changesPerWindow: 200 } });
  await loadFull(veeva);
  return veeva;
}

function spoil({ sandbox }: VeevaInstallation, window: number): void {
  const file = fileOf(window);
  sandbox.vault.faults.add({ kind: 'value', extract: USERS, column: 'amount__c', row: 0, value: '12,5', file });
  sandbox.vault.faults.add({ kind: 'value', extract: PRODUCTS, column: 'name__v', row: 0, value: 'a\0b', file });
}

/** What the target keeps of the rows that were left out. */
function leftOut({ ask }: VeevaInstallation): Promise<readonly (readonly (string | null)[])[]> {
  return ask(
    'select "extract", side, line_number::varchar, column_name, code, value, record_id::varchar from vault.windrow_quarantine order by "extract"',
  );
}

describe.each(VEEVA_TARGETS)(
  '$product: a window with rows that cannot be loaded, under policy quarantine',
  (target) => {
    let veeva: VeevaInstallation;
    beforeAll(async () => {
      veeva = await open(target, 2);
    });
    afterAll(() => veeva.close());

    it('completes without them, keeps them with their reasons in table and stage, and differs from Vault in nothing else', async () => {
      spoil(veeva, 1);
      veeva.publish(1);
      const record = await veeva.completed(1);
      expect(await leftOut(veeva)).toEqual([
        [PRODUCTS, 'updates', '2', 'name__v', 'E_TEXT_NUL', 'a␀b', String(record.id)],
        [USERS, 'updates', '2', 'amount__c', 'E_NUMBER_UNREADABLE', '12,5', String(record.id)],
      ]);
      const { sourceCount = 0, targetCount = 0, result, details } = record.audit;
      expect({ result, missing: sourceCount - targetCount, details }).toMatchObject({
        result: 'PASS',
        missing: 2,
        details: { quarantined: 2, differences: [] },
      });
      expect(await listQuarantine(veeva.windrow.store.database, { limit: 5 })).toMatchObject([
        {
          recordId: record.id,
          rows: 2,
          tables: [
            { table: 'product__v', rows: 1 },
            { table: 'user__sys', rows: 1 },
          ],
          command: `windrow veeva quarantine --record ${record.id}`,
        },
      ]);
      const differing = await veeva.differences(1);
      expect(differing.length).toBeGreaterThan(0);
      expect(differing.every(({ table }) => ['product__v', 'user__sys'].includes(table))).toBe(true);
      const [message, ...more] = veeva.sandbox.sns.messages();
      // SNS takes fewer than 100 characters.
      expect(message?.subject).toBe(
        `Windrow: ${target.incremental} left rows out of 2026-03-02T08:00Z..2026-03-02T08:15Z (E_ROWS_LEFT_OUT)`.slice(
          0,
          99,
        ),
      );
      expect(JSON.parse(message?.message ?? '')).toMatchObject({
        record_id: record.id,
        error: expect.stringMatching(/^2 rows .*, and nothing waits/),
        show: `windrow veeva quarantine --record ${record.id}`,
      });
      expect(more).toEqual([]);
      expect(veeva.logged.join('\n')).toMatch(/windrow_quarantine instead of their tables.*keeps the older version/);
    });

    it('has nothing in quarantine any more once the repaired file is loaded by a re-run', async () => {
      veeva.sandbox.vault.faults.clear();
      await veeva.rerun(1, 'SOURCE_TO_STAGE');
      expect(await leftOut(veeva)).toEqual([]);
      expect(await listQuarantine(veeva.windrow.store.database, { limit: 5 })).toEqual([]);
      expect(await veeva.differences(1)).toEqual([]);
      expect(veeva.sandbox.sns.messages()).toHaveLength(1);
    });
  },
);

describe.each(VEEVA_TARGETS)('$product: a window with more such rows than the limit', (target) => {
  it('fails with the limit and a row, and loads nothing', async () => {
    const veeva = await open(target, 1);
    try {
      spoil(veeva, 1);
      veeva.publish(1);
      const { pipelineStatus, error } = await veeva.ended(1);
      expect({ pipelineStatus, code: error?.code }).toEqual({ pipelineStatus: 'FAILED', code: 'E_QUARANTINE_FULL' });
      expect(error?.message).toMatch(
        /^2 of \d+ rows of the window cannot be loaded; at most 1 rows \(QUARANTINE_ROWS\).*older versions/,
      );
      expect(await veeva.differences(0)).toEqual([]);
      expect(await leftOut(veeva)).toEqual([]);
    } finally {
      await veeva.close();
    }
  });
});

const PINS = {
  product__v: { name__v: 'varchar(3000)', id: 'varchar(40)' },
  user__sys: { amount__c: 'decimal(38,18)' },
};

/** One digit more than a column has left whose numbers have 18 behind the point. */
const LARGE = '123456789012345678901';

describe.each(VEEVA_TARGETS)('$product: values that only a column of the target refuses', (target) => {
  let veeva: VeevaInstallation;
  const start = async (policy: 'quarantine' | 'fail') => {
    const environment = { ON_BAD_ROW: policy, QUARANTINE_ROWS: '3' };
    const connectorFile = { redshift: { columns: PINS }, duckdb: { columns: PINS } };
    const opened = await openVeeva({ target, environment, connectorFile, vault: { changesPerWindow: 200 } });
    await loadFull(opened);
    return opened;
  };
  const put = (values: readonly (readonly [extract: string, column: string, row: number, value: string])[]) => {
    for (const [extract, column, row, value] of values)
      veeva.sandbox.vault.faults.add({ kind: 'value', extract, column, row, value, file: fileOf(1) });
  };
  const REFUSED = [
    [PRODUCTS, 'name__v', 0, 'é'.repeat(1501)],
    [PRODUCTS, 'amount__c', 1, LARGE],
    [USERS, 'amount__c', 0, LARGE],
  ] as const;

  afterEach(() => veeva.close());

  it('leaves the rows out, under policy quarantine, with reasons that name the type', async () => {
    veeva = await start('quarantine');
    put(REFUSED);
    veeva.publish(1);
    const { audit } = await veeva.completed(1);
    expect(audit).toMatchObject({ result: 'PASS', details: { quarantined: 3, differences: [] } });
    const kept = await veeva.ask(
      'select "extract", line_number::varchar, column_name, code, reason from vault.windrow_quarantine order by "extract", line_number',
    );
    expect(kept).toEqual([
      [PRODUCTS, '2', 'name__v', 'E_VALUE_PINNED', expect.stringMatching(/^does not fit varchar\(3000\), /)],
      [PRODUCTS, '3', 'amount__c', 'E_NUMBER_TOO_LONG', expect.stringMatching(/more than 38 digits at the scale/)],
      [USERS, '2', 'amount__c', 'E_VALUE_PINNED', expect.stringMatching(/^does not fit decimal\(38, 18\), /)],
    ]);
    veeva.sandbox.vault.faults.clear();
    await veeva.rerun(1, 'SOURCE_TO_STAGE');
    expect(await leftOut(veeva)).toEqual([]);
    expect(await veeva.differences(1)).toEqual([]);
  });

  it('counts them against the limit of the window', async () => {
    veeva = await start('quarantine');
    put([...REFUSED, [USERS, 'name__v', 1, 'a\0b']]);
    veeva.publish(1);
    const { error } = await veeva.ended(1);
    expect(error?.code).toBe('E_QUARANTINE_FULL');
    expect(await veeva.differences(0)).toEqual([]);
  });

  it.each([
    { policy: 'fail', column: 'name__v', value: 'é'.repeat(1501), type: 'varchar(3000)' },
    { policy: 'quarantine', column: 'id', value: 'V'.repeat(41), type: 'varchar(40)' },
  ] as const)('stops the window under policy $policy where it is about $column', async ({ policy, ...refused }) => {
    veeva = await start(policy);
    put([[PRODUCTS, refused.column, 0, refused.value]]);
    veeva.publish(1);
    const { pipelineStatus, error } = await veeva.ended(1);
    expect(pipelineStatus).toBe('FAILED');
    expect(error?.code).toMatch(/^E_(REDSHIFT|DUCKDB)_VALUE$/);
    expect(error?.message).toContain(
      `the column product__v.${refused.column} is ${refused.type}, which cannot hold the value`,
    );
    expect(await veeva.differences(0)).toEqual([]);
  });
});
