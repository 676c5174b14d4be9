import {
  ConditionalCheckFailedException,
  CreateTableCommand,
  DynamoDBClient,
  DynamoDBServiceException,
  GetItemCommand,
  ResourceInUseException,
  UpdateItemCommand,
  waitUntilTableExists,
} from '@aws-sdk/client-dynamodb';

import type { Closable } from '#framework';
import { type FixedAccess, awsClient, quiet } from '#tasks/aws';

import type { DynamoDbSettings } from './config.ts';
import { failureOf } from './errors.ts';

/** A watermark as it lies in the table. */
export interface StoredMark {
  readonly time: string;
  /** Names the write that put it there; absent when another tool wrote it. */
  readonly writeId: string | undefined;
}

export interface MarkChange {
  readonly processId: string;
  readonly from: StoredMark | undefined;
  readonly to: StoredMark;
}

/** The calls on the state table that Windrow uses. */
export interface StateTable extends Closable {
  /** The latest committed value. */
  readonly find: (processId: string, signal?: AbortSignal) => Promise<StoredMark | undefined>;
  /** Writes only if the stored value is still `from`. */
  readonly replace: (change: MarkChange, signal?: AbortSignal) => Promise<'replaced' | 'changed_meanwhile'>;
  /** Makes the table unless it is there, and waits until it can be used. */
  readonly ensureTable: () => Promise<void>;
}

const CREATE_SECONDS = 120;

/** @param access the SDK's default chain when absent */
export function stateTable(settings: DynamoDbSettings, access?: FixedAccess): StateTable {
  const client = quiet(new DynamoDBClient(awsClient(settings, access)));
  return {
    find: (processId, signal) =>
      sorted(settings, { what: 'read the watermark', signal }, () =>
        find(client, { table: settings.table, processId }, signal),
      ),
    replace: (change, signal) =>
      sorted(settings, { what: 'move the watermark', signal }, () =>
        replace(client, { ...change, table: settings.table }, signal),
      ),
    ensureTable: () =>
      sorted(settings, { what: 'create the state table', signal: undefined }, () =>
        ensureTable(client, settings.table),
      ),
    close: async () => client.destroy(),
  };
}

async function find(
  client: DynamoDBClient,
  at: { readonly table: string; readonly processId: string },
  signal?: AbortSignal,
): Promise<StoredMark | undefined> {
  const command = new GetItemCommand({
    TableName: at.table,
    Key: { process_id: { S: at.processId } },
    ConsistentRead: true,
  });
  const { Item } = await client.send(command, sending(signal));
  const time = Item?.['last_processed_time']?.S;
  return time === undefined ? undefined : { time, writeId: Item?.['write_id']?.S };
}

async function replace(
  client: DynamoDBClient,
  change: MarkChange & { readonly table: string },
  signal?: AbortSignal,
): Promise<'replaced' | 'changed_meanwhile'> {
  const { from, to } = change;
  const command = new UpdateItemCommand({
    TableName: change.table,
    Key: { process_id: { S: change.processId } },
    UpdateExpression: 'SET last_processed_time = :to, write_id = :id',
    ConditionExpression:
      from === undefined ? 'attribute_not_exists(last_processed_time)' : 'last_processed_time = :from',
    ExpressionAttributeValues: {
      ':to': { S: to.time },
      ':id': { S: to.writeId ?? '' },
      ...(from === undefined ? {} : { ':from': { S: from.time } }),
    },
  });
  try {
    await client.send(command, sending(signal));
    return 'replaced';
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return 'changed_meanwhile';
    throw error;
  }
}

async function ensureTable(client: DynamoDBClient, table: string): Promise<void> {
  const command = new CreateTableCommand({
    TableName: table,
    BillingMode: 'PAY_PER_REQUEST',
    KeySchema: [{ AttributeName: 'process_id', KeyType: 'HASH' }],
    AttributeDefinitions: [{ AttributeName: 'process_id', AttributeType: 'S' }],
  });
  await client.send(command).catch((error: unknown) => {
    if (!(error instanceof ResourceInUseException)) throw error;
  });
  await waitUntilTableExists({ client, maxWaitTime: CREATE_SECONDS, minDelay: 1, maxDelay: 5 }, { TableName: table });
}

function sending(signal: AbortSignal | undefined): { readonly abortSignal?: AbortSignal } {
  return signal === undefined ? {} : { abortSignal: signal };
}

interface Attempt {
  readonly what: string;
  readonly signal: AbortSignal | undefined;
}

async function sorted<T>(settings: DynamoDbSettings, { what, signal }: Attempt, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    signal?.throwIfAborted();
    const status = error instanceof DynamoDBServiceException ? error.$metadata.httpStatusCode : undefined;
    const { name, message } = error instanceof Error ? error : new Error(String(error));
    throw failureOf({ name, message, status }, what, { table: settings.table, region: settings.region, cause: error });
  }
}
