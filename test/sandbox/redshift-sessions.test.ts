import { randomUUID } from 'node:crypto';

import { ExecuteStatementCommand, ListSessionsCommand } from '@aws-sdk/client-redshift-data';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { type RedshiftBench, openRedshiftBench } from './redshift-bench.ts';

let bench: RedshiftBench;
beforeAll(async () => {
  bench = await openRedshiftBench({ limits: { sessions: 20 } });
});
afterAll(() => bench.close());
beforeEach(() => bench.run('drop table if exists t').then(() => bench.run('create table t (a int)')));

const count = async (): Promise<unknown> => (await bench.rows('select count(*) from t'))[0]?.[0];

async function openSession(sql = 'select 1'): Promise<{ SessionId: string }> {
  const { sessionId } = await bench.run(sql, { SessionKeepAliveSeconds: 60 });
  return { SessionId: sessionId ?? '' };
}

describe('a session', () => {
  it('keeps temporary tables and settings, which calls without a session do not', async () => {
    const session = await openSession('create temp table held (a int)');
    await bench.run("set query_group to 'loads'", session);
    expect(await bench.rows('select count(*) from held', session)).toEqual([[0]]);
    expect(await bench.rows('show query_group', session)).toEqual([['loads']]);
    await bench.run('create temp table lost (a int)');
    expect((await bench.run('select * from lost')).Error).toContain('relation "lost" does not exist');
  });

  it('holds a transaction open between calls', async () => {
    const session = await openSession('begin');
    await bench.run('insert into t values (1)', session);
    expect(await count()).toBe(0);
    await bench.run('commit', session);
    expect(await count()).toBe(1);
  });

  it('stays aborted after a failure until the rollback, also where the refusal is not PostgreSQL’s own', async () => {
    const session = await openSession('begin');
    await bench.run('insert into t values (1)', session);
    expect((await bench.run('insert into t values (1) returning a', session)).Status).toBe('FAILED');
    const after = await bench.run('select 1', session);
    expect(after.Error).toContain('current transaction is aborted, commands ignored until end of transaction block');
    await bench.run('rollback', session);
    expect(await bench.rows('select count(*) from t', session)).toEqual([[0]]);
  });

  it('commits at TRUNCATE', async () => {
    const session = await openSession('begin');
    await bench.run('create table truncated (a int)', session);
    await bench.run('truncate t', session);
    await bench.run('rollback', session);
    expect(await bench.rows('select count(*) from truncated')).toEqual([[0]]);
    await bench.run('drop table truncated');
  });

  it('runs one statement at a time', async () => {
    const session = await openSession();
    const slow = bench.run('select pg_sleep(3)', session);
    await expect
      .poll(async () => {
        const { Sessions = [] } = await bench.client.send(new ListSessionsCommand({ SessionId: session.SessionId }));
        return Sessions[0]?.Status;
      })
      .toBe('BUSY');
    await expect(bench.run('select 1', session)).rejects.toMatchObject({ name: 'ValidationException' });
    await slow;
    expect(await bench.rows('select 1', session)).toEqual([[1]]);
  });

  it('is not available once it ended, and invalid when it never was', async () => {
    const { sessionId } = await bench.run('select 1', { SessionKeepAliveSeconds: 1 });
    const SessionId = sessionId ?? '';
    await expect
      .poll(async () => (await bench.client.send(new ListSessionsCommand({ SessionId }))).Sessions?.[0]?.Status)
      .toBe('CLOSED');
    await expect(bench.run('select 1', { SessionId })).rejects.toThrow('Session is not available');
    const unknown = randomUUID();
    await expect(bench.run('select 1', { SessionId: unknown })).rejects.toThrow(
      `Session with Id: ${unknown} is invalid`,
    );
  });

  it('is refused beyond the quota', async () => {
    const open = (): Promise<unknown> =>
      bench.client.send(
        new ExecuteStatementCommand({ ...bench.address, Sql: 'select 1', SessionKeepAliveSeconds: 60 }),
      );
    const tried = await Promise.allSettled(Array.from({ length: 21 }, open));
    const refused = tried.filter((result) => result.status === 'rejected').map((result): unknown => result.reason);
    expect(refused.length).toBeGreaterThan(0);
    expect(refused[0]).toMatchObject({ name: 'ActiveSessionsExceededException' });
  });
});

describe('a batch', () => {
  it('is one transaction: a failure undoes all, and each part says how it ended', async () => {
    const failed = await bench.batch(['insert into t values (1)', 'select 1 / 0', 'insert into t values (2)']);
    expect(failed).toMatchObject({ Status: 'FAILED', Error: 'Query #2 failed with ERROR: division by zero' });
    expect(failed.SubStatements?.map(({ Id, Status }) => [Id, Status])).toEqual([
      [`${failed.id}:1`, 'FINISHED'],
      [`${failed.id}:2`, 'FAILED'],
      [`${failed.id}:3`, 'ABORTED'],
    ]);
    expect(await count()).toBe(0);
  });

  it('gives the result of a part under its own id', async () => {
    const done = await bench.batch(['insert into t values (1), (2)', 'select count(*) from t']);
    expect(done).toMatchObject({ Status: 'FINISHED', HasResultSet: true });
    expect(done.SubStatements?.map(({ ResultRows }) => ResultRows)).toEqual([2, 1]);
    expect(await bench.rowsOf(`${done.id}:2`)).toEqual([[2]]);
  });

  it('keeps what a statement did before a TRUNCATE that commits', async () => {
    await bench.run('create table other (a int)');
    await bench.batch(['insert into t values (1)', 'truncate other', 'select 1 / 0']);
    expect(await count()).toBe(1);
    await bench.run('drop table other');
  });

  it('commits each statement alone in AUTO_COMMIT mode', async () => {
    const mixed = await bench.batch(['insert into t values (1)', 'select 1 / 0', 'insert into t values (2)'], {
      ExecutionMode: 'AUTO_COMMIT',
    });
    expect(mixed.SubStatements?.map(({ Status }) => Status)).toEqual(['FINISHED', 'FAILED', 'FINISHED']);
    expect(await count()).toBe(2);
  });

  it.each([
    ['alter table t alter column v type varchar(20)', 'ALTER TABLE ALTER COLUMN cannot run inside a transaction block'],
    ['vacuum t', 'VACUUM cannot run inside a transaction block'],
  ])('refuses %s', async (sql, message) => {
    await bench.run('alter table t add column v varchar(10)');
    expect((await bench.batch(['select 1', sql])).Error).toContain(message);
    expect((await bench.batch([sql], { ExecutionMode: 'AUTO_COMMIT' })).Status).toBe('FINISHED');
  });
});
