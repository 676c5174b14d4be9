import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';

import {
  CreateTableCommand,
  DescribeTableCommand,
  DynamoDBClient,
  ResourceInUseException,
} from '@aws-sdk/client-dynamodb';

import { Faults } from '../aws/faults.ts';
import { type AwsStandIn, type AwsStandInOptions, standInClock, standInScope } from '../aws/stand-in.ts';
import { openGate } from './gate.ts';

export const DYNAMODB_FAULTS = [
  /** 400 ProvisionedThroughputExceededException before anything is done. */
  'throttled',
  /** 500 InternalServerError before anything is done. */
  'internal_error',
  /** The work is done, and the connection is reset instead of an answer. */
  'lost_response',
] as const;
export type DynamoDbFaultKind = (typeof DYNAMODB_FAULTS)[number];

export interface DynamoDbOptions extends AwsStandInOptions {
  /** Tables that shall exist, each with one text key. */
  readonly tables?: readonly { readonly name: string; readonly key: string }[];
}

export interface DynamoDbSandbox extends AwsStandIn {
  readonly faults: Faults<DynamoDbFaultKind>;
}

/** Starts dynalite on 127.0.0.1, with its tables in a LevelDB below `directory`. */
export async function startDynamoDb(options: DynamoDbOptions): Promise<DynamoDbSandbox> {
  mkdirSync(dirname(options.directory), { recursive: true });
  const scope = standInScope(options, 'dynamodb');
  const clock = standInClock(options);
  const faults = new Faults(DYNAMODB_FAULTS);
  const gate = await openGate({ ...options, scope, faults, nowMs: () => clock.now().epochMilliseconds });
  let closing: Promise<void> | undefined;
  const sandbox: DynamoDbSandbox = {
    ...scope,
    endpoint: gate.endpoint,
    faults,
    close: () => (closing ??= gate.close()),
  };
  await ensureTables(sandbox, options.tables ?? []);
  return sandbox;
}

async function ensureTables(sandbox: AwsStandIn, tables: NonNullable<DynamoDbOptions['tables']>): Promise<void> {
  const client = new DynamoDBClient({ endpoint: sandbox.endpoint, region: sandbox.region, credentials: sandbox });
  for (const { name, key } of tables) {
    await client
      .send(
        new CreateTableCommand({
          TableName: name,
          BillingMode: 'PAY_PER_REQUEST',
          KeySchema: [{ AttributeName: key, KeyType: 'HASH' }],
          AttributeDefinitions: [{ AttributeName: key, AttributeType: 'S' }],
        }),
      )
      .catch((error: unknown) => {
        if (!(error instanceof ResourceInUseException)) throw error;
      });
    await becomesActive(client, name);
  }
  client.destroy();
}

/** The SDK's own waiter asks every 2 s at the most often; dynalite needs a few milliseconds. */
async function becomesActive(client: DynamoDBClient, name: string): Promise<void> {
  for (;;) {
    const { Table } = await client.send(new DescribeTableCommand({ TableName: name }));
    if (Table?.TableStatus === 'ACTIVE') return;
  }
}
