import { ListStatementsCommand } from '@aws-sdk/client-redshift-data';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';

import type { CsvColumn } from '#tasks/parquet';

import { failureOfAsync } from '../support/failure-of.ts';
import { type Ground, openGround, rowsOf } from './redshift-ground.ts';
import { contextOf } from './stage-ground.ts';

const COLUMNS: readonly CsvColumn[] = ['id', 'value__c'].map((name) => ({ name, type: 'text' }));
const ROWS = [
  ['1', 'a'],
  ['2', 'b'],
];

let ground: Ground;

beforeAll(async () => {
  ground = await openGround();
});

afterEach(() => ground.sandbox.faults.clear());
afterAll(() => ground.close());

const NO_PROCEDURES = { kind: 'permission_denied', privilege: 'create_procedure' } as const;

let records = 0;

/** A window of `tables` tables that nothing else touches. */
async function staged(name: string, tables = 1) {
  records += 1;
  const names = Array.from({ length: tables }, (_, index) => ({ table: `${name}_${index}`, columns: COLUMNS }));
  const manifest = await ground.stage({
    number: records,
    format: 'csv',
    tables: names.map((one) => ({ ...one, updates: ROWS })),
  });
  const rows = async () => {
    const found = [];
    for (const one of names) found.push(await rowsOf(ground.opened, one));
    return found;
  };
  return { manifest, context: contextOf(manifest), rows, whole: names.map(() => ['1|a', '2|b']) };
}

describe('when the Data API misbehaves', () => {
  it.each([
    ['a throttle', { kind: 'throttling', form: 'exception', times: 3 }],
    ['a throttle in serverless form', { kind: 'throttling', form: 'validation', times: 3 }],
    ['too many active statements', { kind: 'active_statements_exceeded', times: 2 }],
    ['an internal error', { kind: 'internal_error', times: 2 }],
    [
      'a lost answer to the transaction',
      { kind: 'lost_answer', matching: 'write the load log|insert into .*windrow_load_log', times: 1 },
    ],
    [
      'a serialization conflict',
      { kind: 'serializable_violation', matching: 'insert into .*windrow_load_log', times: 1 },
    ],
  ] as const)('applies the window once in spite of %s', async (name, fault) => {
    const { manifest, context, rows, whole } = await staged(name.replaceAll(/\W/g, '_'));
    ground.sandbox.faults.set([fault]);
    await expect(ground.target.load(manifest, context)).resolves.toMatchObject({ outcome: 'loaded' });
    expect(ground.sandbox.faults.rules).toEqual([]);
    expect(await rows()).toEqual(whole);
  });

  it.each([
    ['a lost answer to the transaction', { kind: 'lost_answer', matching: 'call .*sp_windrow', times: 1 }],
    [
      'a conflict inside its procedure',
      { kind: 'serializable_violation', matching: 'insert into "vault"."call_.*_20"', times: 1 },
    ],
  ] as const)('applies a long window in one call, once, in spite of %s', async (name, fault) => {
    const { manifest, context, rows, whole } = await staged(`call_${name.replaceAll(/\W/g, '_')}`, 25);
    ground.sandbox.faults.set([fault]);
    await expect(ground.target.load(manifest, context)).resolves.toMatchObject({
      outcome: 'loaded',
      details: { path: 'procedure' },
    });
    expect(ground.sandbox.faults.rules).toEqual([]);
    expect(await rows()).toEqual(whole);
  });

  it.each([
    ['a session lost on the way', { kind: 'session_loss', matching: 'insert into "vault"."long_.*_20"', times: 1 }],
    ['a lost answer to the commit', { kind: 'lost_answer', matching: '"commit"', times: 1 }],
  ] as const)('applies a long window in a session once in spite of %s', async (name, fault) => {
    const { manifest, context, rows, whole } = await staged(`long_${name.replaceAll(/\W/g, '_')}`, 25);
    ground.sandbox.faults.set([NO_PROCEDURES, fault]);
    await expect(ground.target.load(manifest, context)).resolves.toMatchObject({
      outcome: 'loaded',
      details: { path: 'session' },
    });
    expect(ground.sandbox.faults.rules).toEqual([NO_PROCEDURES]);
    expect(await rows()).toEqual(whole);
  });

  it('applies a long window in a session where its one call is too large for the service', async () => {
    const { manifest, context, rows, whole } = await staged('too_large', 25);
    const message = 'Cannot process query string larger than 100kB';
    ground.sandbox.faults.set([{ kind: 'invalid_call', message, matching: 'create procedure' }]);
    await expect(ground.target.load(manifest, context)).resolves.toMatchObject({ details: { path: 'session' } });
    expect(await rows()).toEqual(whole);
  });

  it('keeps the session of a long window through a statement that takes longer than an idle session lives', async () => {
    const { manifest, context, rows, whole } = await staged('unhurried', 25);
    ground.sandbox.faults.set([
      NO_PROCEDURES,
      { kind: 'slow_statement', ms: 3500, matching: 'insert into "vault"."unhurried_20"', times: 1 },
      { kind: 'fail_statement', nth: 2, matching: 'insert into "vault"."unhurried_1"', message: 'tried again' },
    ]);
    await expect(ground.target.load(manifest, context)).resolves.toMatchObject({ details: { path: 'session' } });
    expect(await rows()).toEqual(whole);
  });

  it('applies nothing when a statement in the middle fails, and names it', async () => {
    const { manifest, context, rows, whole } = await staged('middle', 3);
    ground.sandbox.faults.set([
      { kind: 'fail_statement', matching: 'insert into "vault"."middle_1"', message: 'Disk Full', times: 1 },
    ]);
    await expect(ground.target.load(manifest, context)).rejects.toMatchObject({
      name: 'RemoteFailure',
      message: 'Redshift failed to insert rows of middle_1 (statement 6 of 10): Disk Full. Nothing of it was applied.',
    });
    expect(await rows()).toEqual([[], [], []]);
    await expect(ground.target.count(context)).resolves.toMatchObject({ kind: 'unknown' });
    await ground.target.load(manifest, { ...context, fence: 2 });
    expect(await rows()).toEqual(whole);
  });

  it('cancels the statement when it is asked to stop', async () => {
    const { manifest, context, rows } = await staged('stopped');
    const stop = new AbortController();
    ground.sandbox.faults.set([{ kind: 'slow_statement', ms: 60_000, matching: '^lock table', times: 1 }]);
    const loading = ground.target.load(manifest, { ...context, signal: stop.signal });
    const stopping = loading.catch((error: unknown) => error);
    await expect.poll(() => ground.sandbox.faults.rules).toEqual([]);
    stop.abort(new Error('asked to stop'));
    expect(await stopping).toEqual(new Error('asked to stop'));
    const { Statements = [] } = await ground.vendor.send(
      new ListStatementsCommand({ Status: 'ABORTED', StatementName: 'windrow: lock' }),
    );
    expect(Statements).toHaveLength(1);
    expect(await rows()).toEqual([[]]);
  });
});

describe('when two workers load one window', () => {
  it('applies it once, and the last one learns it from the log', async () => {
    const { manifest, context, rows, whole } = await staged('raced');
    const both = await Promise.allSettled([
      ground.target.load(manifest, context),
      ground.target.load(manifest, { ...context, fence: 2 }),
    ]);
    expect(both.filter(({ status }) => status === 'fulfilled')).not.toHaveLength(0);
    await expect(ground.target.load(manifest, { ...context, fence: 3 })).resolves.toMatchObject({
      outcome: 'already_loaded',
    });
    const log = `select count(*) from vault.windrow_load_log where load_id = '${context.loadId}'`;
    expect(await ground.opened.warehouse.rows({ name: 'count loads', sql: log })).toEqual([['1']]);
    expect(await rows()).toEqual(whole);
  });

  it('refuses a worker whose fence is older than the load in the log', async () => {
    const { manifest, context, rows, whole } = await staged('fenced');
    await ground.target.load(manifest, { ...context, fence: 9, loadId: 'rerun' });
    await expect(ground.target.load(manifest, { ...context, fence: 8 })).rejects.toMatchObject({
      name: 'Cancelled',
      code: 'E_FENCED',
      details: { fence: 8, laterFence: 9, laterLoadId: 'rerun' },
    });
    expect(await rows()).toEqual(whole);
  });

  it('refuses a stale worker inside its transaction, when the other committed after it had looked', async () => {
    // An empty Full has no staging tables, so that nothing but the guard can stop it.
    const overtaken = { table: 'overtaken', columns: COLUMNS, mode: 'replace' } as const;
    const manifest = await ground.stage({ number: (records += 1), format: 'csv', tables: [overtaken] });
    const context = contextOf(manifest);
    ground.sandbox.faults.set([{ kind: 'slow_statement', ms: 60_000, matching: '^lock table', times: 1 }]);
    const stale = ground.target.load(manifest, context);
    const refused = failureOfAsync(() => stale);
    await expect.poll(() => ground.sandbox.faults.rules).toEqual([]);
    await ground.target.load(manifest, { ...context, fence: 2, loadId: 'rerun' });
    ground.sandbox.faults.clear();
    expect(await refused).toMatchObject({ code: 'E_FENCED' });
    const log = `select load_id from vault.windrow_load_log where record_id = ${manifest.recordId}`;
    expect(await ground.opened.warehouse.rows({ name: 'read loads', sql: log })).toEqual([['rerun']]);
  });
});
