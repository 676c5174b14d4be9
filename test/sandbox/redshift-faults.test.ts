import { randomUUID } from 'node:crypto';

import {
  BatchExecuteStatementCommand,
  ExecuteStatementCommand,
  RedshiftDataClient,
} from '@aws-sdk/client-redshift-data';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { type RedshiftBench, openRedshiftBench } from './redshift-bench.ts';

let bench: RedshiftBench;
beforeAll(async () => {
  bench = await openRedshiftBench();
});
afterAll(() => bench.close());
beforeEach(async () => {
  bench.sandbox.faults.clear();
  await bench.batch(['drop table if exists t', 'create table t (a int)']);
});

const count = async (): Promise<unknown> => (await bench.rows('select count(*) from t'))[0]?.[0];

describe('faults', () => {
  it('throttle in both forms, as often as told', async () => {
    bench.sandbox.faults.set([{ kind: 'throttling', form: 'exception', operation: 'ExecuteStatement', times: 1 }]);
    await expect(bench.run('select 1')).rejects.toMatchObject({
      name: 'ThrottlingException',
      $metadata: { httpStatusCode: 400 },
    });
    expect(await bench.rows('select 1')).toEqual([[1]]);
    bench.sandbox.faults.set([{ kind: 'throttling', form: 'validation', times: 1 }]);
    await expect(bench.run('select 1')).rejects.toThrow(/Service returned error code ThrottlingException/);
  });

  it('say that too many statements are active, or that the service failed', async () => {
    bench.sandbox.faults.set([
      { kind: 'active_statements_exceeded', times: 1 },
      { kind: 'internal_error', operation: 'DescribeStatement', times: 1 },
    ]);
    await expect(bench.run('select 1')).rejects.toMatchObject({ name: 'ActiveStatementsExceededException' });
    await expect(bench.run('select 1')).rejects.toMatchObject({
      name: 'InternalServerException',
      $metadata: { httpStatusCode: 500 },
    });
  });

  it('fail the n-th statement that matches, and the batch with it', async () => {
    bench.sandbox.faults.set([
      { kind: 'fail_statement', matching: 'insert into T', nth: 2, message: 'disk full', times: 1 },
    ]);
    const sqls = ['insert into t values (1)', 'insert into t values (2)'];
    expect(await bench.batch(sqls)).toMatchObject({ Status: 'FAILED', Error: 'Query #2 failed with ERROR: disk full' });
    expect(await count()).toBe(0);
    expect((await bench.batch(sqls)).Status).toBe('FINISHED');
    expect(await count()).toBe(2);
  });

  it('lose the answer of a call that took effect; the same token finds it again', async () => {
    bench.sandbox.faults.set([
      { kind: 'lost_answer', operation: 'BatchExecuteStatement', matching: 'insert', times: 1 },
    ]);
    const ClientToken = randomUUID();
    const command = new BatchExecuteStatementCommand({
      ...bench.address,
      Sqls: ['insert into t values (1)'],
      ClientToken,
    });
    await expect(bench.client.send(command)).rejects.toThrow(/hang up|ECONNRESET|socket/i);
    expect(await count()).toBe(1);
    await bench.client.send(command);
    expect(await count()).toBe(1);
  });

  it('are hidden by the client’s own retries where the service means them to be', async () => {
    bench.sandbox.faults.set([{ kind: 'lost_answer', operation: 'ExecuteStatement', times: 1 }]);
    const { accessKeyId, secretAccessKey, endpoint, region } = bench.sandbox;
    const client = new RedshiftDataClient({ endpoint, region, credentials: { accessKeyId, secretAccessKey } });
    await client.send(
      new ExecuteStatementCommand({ ...bench.address, Sql: 'insert into t values (1)', WaitTimeSeconds: 10 }),
    );
    client.destroy();
    expect(await count()).toBe(1);
  });

  it('break a transaction as a concurrent one would', async () => {
    bench.sandbox.faults.set([{ kind: 'serializable_violation', matching: 'insert', times: 1 }]);
    expect((await bench.run('insert into t values (1)')).Error).toMatch(
      /^ERROR: 1023 DETAIL: Serializable isolation violation on table - \d+/,
    );
    expect(await count()).toBe(0);
  });

  it('lose a session in the middle of its transaction', async () => {
    const { sessionId } = await bench.run('begin', { SessionKeepAliveSeconds: 60 });
    const session = { SessionId: sessionId ?? '' };
    await bench.run('insert into t values (1)', session);
    bench.sandbox.faults.set([{ kind: 'session_loss', matching: 'commit', times: 1 }]);
    expect(await bench.run('commit', session)).toMatchObject({ Status: 'FAILED' });
    await expect(bench.run('select 1', session)).rejects.toThrow('Session is not available');
    expect(await count()).toBe(0);
  });

  it('slow a statement down', async () => {
    bench.sandbox.faults.set([{ kind: 'slow_statement', matching: 'slow me', ms: 300, times: 1 }]);
    const { Duration } = await bench.run(`select 'slow me'`);
    expect(Duration).toBeGreaterThanOrEqual(290_000_000);
  });

  it('are changed, shown and refused over HTTP', async () => {
    const url = `${bench.sandbox.endpoint}/sandbox/faults`;
    const rules = [{ kind: 'throttling', form: 'exception', times: 1 }];
    const posted = await fetch(url, { method: 'POST', body: JSON.stringify(rules) });
    expect([posted.status, await posted.json()]).toEqual([200, { rules }]);
    await expect(bench.run('select 1')).rejects.toMatchObject({ name: 'ThrottlingException' });
    const wrong = await fetch(url, { method: 'POST', body: '[{"kind":"earthquake"}]' });
    expect(wrong.status).toBe(400);
    expect(await (await fetch(url, { method: 'DELETE' })).json()).toEqual({ rules: [] });
  });
});

describe('two writers', () => {
  it('wait for a lock, and the second sees what the first did', async () => {
    const guarded = ['lock t', 'insert into t select 1 where not exists (select 1 from t)'];
    const outcomes = await Promise.all(Array.from({ length: 8 }, () => bench.batch(guarded)));
    expect(outcomes.map(({ Status }) => Status)).toEqual(Array.from({ length: 8 }, () => 'FINISHED'));
    expect(await count()).toBe(1);
  });

  it('get error 1023 when both change one row without a lock', async () => {
    await bench.run('insert into t values (0)');
    const open = async (): Promise<{ SessionId: string }> => ({
      SessionId: (await bench.run('begin', { SessionKeepAliveSeconds: 60 })).sessionId ?? '',
    });
    const [first, second] = [await open(), await open()];
    await bench.run('select * from t', second);
    await bench.run('update t set a = a + 1', first);
    await bench.run('commit', first);
    expect((await bench.run('update t set a = a + 1', second)).Error).toContain(
      '1023 DETAIL: Serializable isolation violation',
    );
    await bench.run('rollback', second);
  });
});
