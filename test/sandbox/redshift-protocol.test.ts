import { randomUUID } from 'node:crypto';

import {
  CancelStatementCommand,
  DescribeStatementCommand,
  ExecuteStatementCommand,
  GetStatementResultCommand,
  ListStatementsCommand,
  RedshiftDataClient,
  paginateGetStatementResult,
} from '@aws-sdk/client-redshift-data';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { runningTime } from '../support/running-time.ts';
import { type RedshiftBench, openRedshiftBench } from './redshift-bench.ts';

let bench: RedshiftBench;
beforeAll(async () => {
  bench = await openRedshiftBench({ limits: { pageRows: 2 } });
});
afterAll(() => bench.close());

describe('one statement', () => {
  it('reports every type in the field that the service uses for it', async () => {
    const types = `select 1::smallint, 2::bigint, 2.5::float8, true, 1.50::decimal(38, 2), date '2024-02-29',
      timestamp '2024-02-29 01:02:03', 'é'::varchar(9), null::int`;
    expect(await bench.rows(types)).toEqual([
      [1, 2, 2.5, true, '1.50', '2024-02-29', '2024-02-29 01:02:03.0', 'é', null],
    ]);
  });

  it('describes columns with their size', async () => {
    const { id } = await bench.run(`select 1.5::decimal(12, 3) as "Amount", 'x'::varchar(7) as note`);
    const { ColumnMetadata = [] } = await bench.client.send(new GetStatementResultCommand({ Id: id }));
    expect(ColumnMetadata).toMatchObject([
      { name: 'amount', label: 'amount', typeName: 'numeric', precision: 12, scale: 3 },
      { name: 'note', typeName: 'varchar', length: 7 },
    ]);
  });

  it('counts the rows that a change touched and reports times as moments', async () => {
    await bench.run('create table counted (a int)');
    const before = Date.now();
    const insert = await bench.run('insert into counted values (1), (2), (3)');
    expect(insert).toMatchObject({ Status: 'FINISHED', ResultRows: 3, HasResultSet: false });
    expect(Math.abs((insert.CreatedAt?.getTime() ?? 0) - before)).toBeLessThan(10_000);
    expect(insert.Duration).toBeGreaterThan(0);
  });

  it('counts every call, and every SQL statement of a batch', async () => {
    const before = bench.sandbox.usage();
    await bench.batch(['select 1', 'select 2', 'select 3']);
    const { calls, statements } = bench.sandbox.usage();
    expect({ calls: calls - before.calls, statements: statements - before.statements }).toEqual({
      calls: 2,
      statements: 3,
    });
  });

  it('fails in the statement, not in the call, when the SQL is wrong', async () => {
    const failed = await bench.run('select * from missing_table');
    expect(failed).toMatchObject({ Status: 'FAILED', Error: 'ERROR: relation "missing_table" does not exist' });
    await expect(bench.rowsOf(failed.id)).rejects.toMatchObject({ name: 'ValidationException' });
  });

  it('gives a result page by page', async () => {
    const { id } = await bench.run(
      'select 1 as n union all select 2 union all select 3 union all select 4 union all select 5 order by n',
    );
    const sizes: number[] = [];
    for await (const page of paginateGetStatementResult({ client: bench.client }, { Id: id })) {
      sizes.push(page.Records?.length ?? 0);
      expect(page.TotalNumRows).toBe(5);
    }
    expect(sizes).toEqual([2, 2, 1]);
  });

  it('answers a long poll when the statement ends, not when the wait is over', async () => {
    const took = await runningTime(async () => {
      const made = await bench.client.send(
        new ExecuteStatementCommand({ ...bench.address, Sql: 'select 1', WaitTimeSeconds: 30 }),
      );
      expect(made).toMatchObject({ Status: 'FINISHED', HasResultSet: true });
    });
    expect(took).toBeLessThan(5000);
  });

  it('runs different statements at the same time', async () => {
    const both = await Promise.all(['a', 'b'].map((name) => bench.run(`select pg_sleep(2), '${name}'`)));
    const [first, second] = both.map(
      ({ CreatedAt, UpdatedAt }) => [CreatedAt?.getTime() ?? 0, UpdatedAt?.getTime() ?? 0] as const,
    );
    expect(Math.max(first?.[0] ?? 0, second?.[0] ?? 0)).toBeLessThan(Math.min(first?.[1] ?? 0, second?.[1] ?? 0));
  });

  it('cancels a running statement', async () => {
    const { Id } = await bench.client.send(
      new ExecuteStatementCommand({ ...bench.address, Sql: 'select pg_sleep(20)' }),
    );
    await expect
      .poll(async () => (await bench.client.send(new DescribeStatementCommand({ Id }))).Status)
      .toBe('STARTED');
    expect(await bench.client.send(new CancelStatementCommand({ Id }))).toMatchObject({ Status: true });
    const { Status } = await bench.client.send(new DescribeStatementCommand({ Id, WaitTimeSeconds: 10 }));
    expect(Status).toBe('ABORTED');
    await expect(bench.client.send(new CancelStatementCommand({ Id }))).rejects.toMatchObject({
      name: 'ValidationException',
    });
  });

  it('is stopped with the stand-in, which does not wait for it', async () => {
    const other = await openRedshiftBench();
    await other.client.send(new ExecuteStatementCommand({ ...other.address, Sql: 'select pg_sleep(60)' }));
    await other.run('begin', { SessionKeepAliveSeconds: 60 });
    expect(await runningTime(() => other.close())).toBeLessThan(10_000);
  });

  it('lists finished statements by the beginning of their name', async () => {
    const { id } = await bench.run('select 1', { StatementName: 'window-42' });
    const { Statements = [] } = await bench.client.send(new ListStatementsCommand({ StatementName: 'window-' }));
    expect(Statements.map((statement) => statement.Id)).toEqual([id]);
  });
});

describe('parameters', () => {
  it('binds by name, in any order and more than once, and never inside a literal or a comment', async () => {
    const Parameters = [
      { name: 'text', value: "it's \\ :n" },
      { name: 'n', value: '7' },
    ];
    const sql = `select :text || '', :n::int + :n::int, ':n' -- :text`;
    expect(await bench.rows(sql, { Parameters })).toEqual([["it's \\ :n", 14, ':n']]);
  });

  it('refuses an empty value, an unused name and a missing value', async () => {
    const refused = (sql: string, value: string): Promise<unknown> =>
      bench.run(sql, { Parameters: [{ name: 'a', value }] });
    await expect(refused('select :a', '')).rejects.toMatchObject({ name: 'ValidationException' });
    await expect(refused('select 1', 'x')).rejects.toThrow(/unused parameters/);
    await expect(refused('select :a, :b', 'x')).rejects.toThrow(/missing a value for: \[b\]/);
  });
});

describe('what the service refuses before it runs anything', () => {
  it('a wrong secret and an unknown key', async () => {
    const call = (accessKeyId: string, secretAccessKey: string): Promise<unknown> => {
      const credentials = { accessKeyId, secretAccessKey };
      const client = new RedshiftDataClient({
        endpoint: bench.sandbox.endpoint,
        region: bench.sandbox.region,
        credentials,
      });
      return client.send(new ExecuteStatementCommand({ ...bench.address, Sql: 'select 1' }));
    };
    await expect(call(bench.sandbox.accessKeyId, 'wrong')).rejects.toMatchObject({ name: 'InvalidSignatureException' });
    await expect(call('nobody', 'wrong')).rejects.toMatchObject({ name: 'UnrecognizedClientException' });
  });

  it('a statement above 100 kB, a batch above 40 statements and a database that is not there', async () => {
    await expect(bench.run(`select '${'x'.repeat(100 * 1024)}'`)).rejects.toThrow(
      'Cannot process query string larger than 100kB',
    );
    await expect(bench.batch(Array.from({ length: 41 }, () => 'select 1'))).rejects.toMatchObject({
      name: 'ValidationException',
    });
    await expect(bench.run('select 1', { Database: 'other' })).rejects.toThrow(/database "other" does not exist/);
    await expect(bench.run('select 1', { WorkgroupName: 'other' })).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
    });
  });

  it('the id of a statement that never was', async () => {
    await expect(bench.rowsOf(randomUUID())).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
      $metadata: { httpStatusCode: 404 },
    });
  });
});

describe('a client token', () => {
  it('runs a repeated call once', async () => {
    await bench.run('create table once (a int)');
    const ClientToken = randomUUID();
    const calls = await Promise.all([1, 2, 3].map(() => bench.run('insert into once values (1)', { ClientToken })));
    expect(new Set(calls.map(({ id }) => id)).size).toBe(1);
    expect(await bench.rows('select count(*) from once')).toEqual([[1]]);
  });

  it('is refused for another request', async () => {
    const ClientToken = randomUUID();
    await bench.run('select 1', { ClientToken });
    await expect(bench.run('select 2', { ClientToken })).rejects.toMatchObject({ name: 'ValidationException' });
  });
});

describe('a stand-in that is started again', () => {
  it('finds its tables, with their long names', async () => {
    const name = 'n'.repeat(100);
    await bench.run(`create table ${name} (a int)`);
    await bench.run(`insert into ${name} values (4)`);
    const again = await openRedshiftBench({ database: bench.sandbox.database });
    expect(await again.rows(`select a from ${name}`)).toEqual([[4]]);
    expect((await again.run(`alter table ${name} add column a int`)).Error).toContain(`relation "${name}"`);
    await again.close();
  });
});
