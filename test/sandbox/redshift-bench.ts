import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import {
  BatchExecuteStatementCommand,
  type BatchExecuteStatementCommandInput,
  DescribeStatementCommand,
  type DescribeStatementCommandOutput,
  ExecuteStatementCommand,
  type ExecuteStatementCommandInput,
  type Field,
  GetStatementResultCommand,
  RedshiftDataClient,
} from '@aws-sdk/client-redshift-data';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { closeAll } from '#framework';
import { inject } from 'vitest';

import { type RedshiftOptions, type RedshiftSandbox, startRedshift } from '../../sandbox/redshift/index.ts';
import { type S3Sandbox, startS3 } from '../../sandbox/s3/index.ts';

export const BUCKET = 'stage';
export const ROLE = 'arn:aws:iam::123456789012:role/load';

export type Outcome = DescribeStatementCommandOutput & { readonly sessionId: string | undefined; readonly id: string };
type Cell = string | number | boolean | null;

/** A Redshift stand-in with its S3, and the real client. */
export interface RedshiftBench {
  readonly sandbox: RedshiftSandbox;
  readonly client: RedshiftDataClient;
  readonly address: { readonly Database: string; readonly WorkgroupName: string };
  readonly run: (sql: string, more?: Partial<ExecuteStatementCommandInput>) => Promise<Outcome>;
  readonly batch: (sqls: readonly string[], more?: Partial<BatchExecuteStatementCommandInput>) => Promise<Outcome>;
  /** The rows of a statement that must succeed. */
  readonly rows: (sql: string, more?: Partial<ExecuteStatementCommandInput>) => Promise<Cell[][]>;
  readonly rowsOf: (id: string) => Promise<Cell[][]>;
  readonly put: (key: string, body: string | Uint8Array) => Promise<void>;
  readonly s3Faults: S3Sandbox['faults'];
  readonly close: () => Promise<void>;
}

export async function openRedshiftBench(options: Partial<RedshiftOptions> = {}): Promise<RedshiftBench> {
  const directory = await mkdtemp(join(tmpdir(), 'windrow-redshift-s3-'));
  const s3 = await startS3({ directory, buckets: [BUCKET] });
  const database = `dev_${randomUUID().slice(0, 8)}`;
  const sandbox = await startRedshift({ databaseUrl: inject('postgresUrl'), s3, database, ...options });
  const credentials = { accessKeyId: s3.accessKeyId, secretAccessKey: s3.secretAccessKey };
  const client = new RedshiftDataClient({
    endpoint: sandbox.endpoint,
    region: sandbox.region,
    credentials,
    maxAttempts: 1,
  });
  const store = new S3Client({ endpoint: s3.endpoint, region: s3.region, credentials, forcePathStyle: true });
  return {
    sandbox,
    ...calls(client, { Database: sandbox.database, WorkgroupName: sandbox.workgroup }),
    s3Faults: s3.faults,
    put: async (Key, Body) => void (await store.send(new PutObjectCommand({ Bucket: BUCKET, Key, Body }))),
    close: async () => {
      client.destroy();
      store.destroy();
      await closeAll([s3, sandbox]);
      await rm(directory, { recursive: true });
    },
  };
}

function calls(
  client: RedshiftDataClient,
  address: RedshiftBench['address'],
): Omit<RedshiftBench, 'sandbox' | 'put' | 's3Faults' | 'close'> {
  const place = (more: { SessionId?: string | undefined }): object => (more.SessionId === undefined ? address : {});
  const outcome = async (Id: string | undefined, sessionId: string | undefined): Promise<Outcome> => {
    const described = await client.send(new DescribeStatementCommand({ Id, WaitTimeSeconds: 20 }));
    return { ...described, sessionId, id: Id ?? '' };
  };
  const run: RedshiftBench['run'] = async (Sql, more = {}) => {
    const made = await client.send(new ExecuteStatementCommand({ ...place(more), Sql, ...more }));
    return outcome(made.Id, made.SessionId);
  };
  const rowsOf = async (Id: string): Promise<Cell[][]> => {
    const { Records = [] } = await client.send(new GetStatementResultCommand({ Id }));
    return Records.map((record) => record.map(cellOf));
  };
  return {
    client,
    address,
    run,
    rowsOf,
    batch: async (Sqls, more = {}) => {
      const made = await client.send(new BatchExecuteStatementCommand({ ...place(more), Sqls: [...Sqls], ...more }));
      return outcome(made.Id, made.SessionId);
    },
    rows: async (sql, more) => {
      const { Status, Error: error, id } = await run(sql, more);
      if (Status !== 'FINISHED') throw new Error(`${sql}: ${error}`);
      return rowsOf(id);
    },
  };
}

function cellOf(field: Field): Cell {
  if (field.isNull === true) return null;
  return field.stringValue ?? field.longValue ?? field.doubleValue ?? field.booleanValue ?? '?';
}
