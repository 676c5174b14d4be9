import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';

import { Temporal } from '#framework';
import { type DynamoDbOpened, type DynamoDbSettings, openDynamoDb, readDynamoDbSettings } from '#tasks/dynamodb';

import { type DynamoDbSandbox, startDynamoDb } from '../../sandbox/dynamodb/index.ts';
import { failureOf } from '../../tasks/dynamodb/errors.ts';

const at = (text: string): Temporal.Instant => Temporal.Instant.from(text);

let directory = '';
let sandbox: DynamoDbSandbox;
let opened: DynamoDbOpened;
let settings: DynamoDbSettings;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'windrow-watermark-'));
  sandbox = await startDynamoDb({
    directory: join(directory, 'db'),
    tables: [{ name: 'VeevaStateTable', key: 'process_id' }],
  });
  settings = {
    table: 'VeevaStateTable',
    processId: 'p',
    region: sandbox.region,
    endpoint: sandbox.endpoint,
    createTable: false,
  };
  opened = await openDynamoDb(settings, sandbox);
});
afterEach(() => sandbox.faults.clear());
afterAll(async () => {
  await opened.close();
  await sandbox.close();
  await rm(directory, { recursive: true });
});

const text = async (processId: string): Promise<string | undefined> =>
  (await opened.readWatermark({ processId }))?.toString();

async function put(processId: string, time: string): Promise<void> {
  const client = new DynamoDBClient({ endpoint: sandbox.endpoint, region: sandbox.region, credentials: sandbox });
  const Item = { process_id: { S: processId }, last_processed_time: { S: time } };
  await client.send(new PutItemCommand({ TableName: 'VeevaStateTable', Item }));
  client.destroy();
}

describe('the watermark', () => {
  it('is undefined at first, moves forward, and never back', async () => {
    const processId = 'forward';
    expect(await text(processId)).toBeUndefined();
    expect(await opened.advanceWatermark(at('2026-01-20T13:15Z'), { processId })).toMatchObject({ kind: 'advanced' });
    expect(await opened.advanceWatermark(at('2026-01-20T13:15Z'), { processId })).toMatchObject({ kind: 'kept' });
    const kept = await opened.advanceWatermark(at('2026-01-20T13:00Z'), { processId });
    expect(kept.kind === 'kept' ? kept.at.toString() : kept).toBe('2026-01-20T13:15:00Z');
    expect(await opened.advanceWatermark(at('2026-01-20T13:30Z'), { processId })).toMatchObject({ kind: 'advanced' });
    expect(await text(processId)).toBe('2026-01-20T13:30:00Z');
  });

  it('ends at the latest of 20 racing moments', async () => {
    const moments = Array.from({ length: 20 }, (_, index) => at('2026-01-20T00:00Z').add({ minutes: 15 * index }));
    const outcomes = await Promise.all(moments.map((to) => opened.advanceWatermark(to, { processId: 'race' })));
    expect(await text('race')).toBe(moments.at(-1)?.toString());
    expect(outcomes.at(-1)?.kind).toBe('advanced');
  });

  it('tells exactly one of 20 racing writers of the same moment that it advanced', async () => {
    const to = at('2026-01-20T13:15Z');
    const outcomes = await Promise.all(
      Array.from({ length: 20 }, () => opened.advanceWatermark(to, { processId: 'same' })),
    );
    expect(outcomes.filter(({ kind }) => kind === 'advanced')).toHaveLength(1);
  });

  it.each(['throttled', 'internal_error', 'lost_response'] as const)(
    'advances once in spite of two %s',
    async (kind) => {
      sandbox.faults.add({ kind, count: 2, operation: 'UpdateItem' });
      expect(await opened.advanceWatermark(at('2026-01-20T13:15Z'), { processId: kind })).toMatchObject({
        kind: 'advanced',
      });
      expect(await text(kind)).toBe('2026-01-20T13:15:00Z');
      expect(sandbox.faults.pending).toEqual([]);
    },
  );

  it.each([
    '2026-01-20T13:15Z',
    '2026-01-20T13:15:00+00:00',
    '2026-01-20T14:15:00+01:00',
    '2026-01-20T13:15:00.000000',
  ])('reads and compares %s, as other tools write it', async (time) => {
    await put(time, time);
    expect(await text(time)).toBe('2026-01-20T13:15:00Z');
    expect(await opened.advanceWatermark(at('2026-01-20T13:15Z'), { processId: time })).toMatchObject({ kind: 'kept' });
    expect(await opened.advanceWatermark(at('2026-01-20T13:30Z'), { processId: time })).toMatchObject({
      kind: 'advanced',
    });
  });

  it('refuses a stored text that is no moment', async () => {
    await put('bad', 'yesterday');
    await expect(opened.readWatermark({ processId: 'bad' })).rejects.toMatchObject({ code: 'E_WATERMARK_UNREADABLE' });
  });
});

describe('the state table', () => {
  it('is refused with the command that makes it when it is missing', async () => {
    await expect(openDynamoDb({ ...settings, table: 'Missing' }, sandbox)).rejects.toMatchObject({
      name: 'ConfigFailure',
      code: 'E_STATE_TABLE_MISSING',
      message: expect.stringContaining('aws dynamodb create-table --region us-east-1 --table-name Missing') as string,
    });
  });

  it('is made when the settings ask for it, also twice', async () => {
    for (const _ of ['first', 'second']) {
      const made = await openDynamoDb({ ...settings, table: 'Made', createTable: true }, sandbox);
      expect(await made.readWatermark()).toBeUndefined();
      await made.close();
    }
  });

  it('is refused to whoever has the wrong secret', async () => {
    await expect(openDynamoDb(settings, { ...sandbox, secretAccessKey: 'wrong' })).rejects.toMatchObject({
      code: 'E_DYNAMODB_REFUSED',
    });
  });
});

describe('errors of DynamoDB', () => {
  it.each([
    ['ProvisionedThroughputExceededException', 'E_DYNAMODB_THROTTLED', 'retry'],
    ['AccessDeniedException', 'E_DYNAMODB_REFUSED', 'fail'],
    ['ValidationException', 'E_DYNAMODB_TABLE_UNFIT', 'fail'],
    ['TimeoutError', 'E_DYNAMODB_UNAVAILABLE', 'retry'],
  ])('%s becomes %s, which means %s', (name, code, reaction) => {
    const failure = failureOf({ name, message: 'said so', status: undefined }, 'read the watermark', {
      table: 't',
      region: 'r',
      cause: undefined,
    });
    expect(failure).toMatchObject({ code, reaction });
  });
});

describe('settings of the state table', () => {
  it('have the usual names, and take both spellings of the environment', () => {
    const readFile = (): undefined => undefined;
    expect(readDynamoDbSettings({ environment: { AWS_REGION: 'eu-west-1' }, readFile })).toMatchObject({
      settings: { table: 'VeevaStateTable', processId: 'VeevaRedshift_Incremental', createTable: false },
    });
    const environment = {
      AWS_REGION: 'eu-west-1',
      state_table_name: 'Other',
      process_id: 'log',
      DYNAMODB_CREATE_TABLE: 'true',
    };
    expect(readDynamoDbSettings({ environment, readFile })).toMatchObject({
      settings: { table: 'Other', processId: 'log', createTable: true },
    });
  });

  it('are reported with every mistake at once', () => {
    const environment = { STATE_TABLE_NAME: 'a b', DYNAMODB_CREATE_TABLE: 'yes' };
    const reading = readDynamoDbSettings({ environment, readFile: () => undefined });
    expect(reading.kind === 'unreadable' ? reading.problems.map((problem) => problem.split(':')[0]) : reading).toEqual([
      'STATE_TABLE_NAME or state_table_name in connector_config.json',
      'AWS_REGION',
      'DYNAMODB_CREATE_TABLE',
    ]);
  });
});
