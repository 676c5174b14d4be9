import { randomUUID } from 'node:crypto';

import type { Closable, Connection, Temporal } from '#framework';
import type { FixedAccess } from '#tasks/aws';

import { stateTable } from './client.ts';
import { type DynamoDbSettings, readDynamoDbSettings } from './config.ts';
import { type Advance, type WatermarkOptions, advanceWatermark, findWatermark } from './watermark.ts';

export interface DynamoDbOpened extends Closable {
  /** Undefined before the first window was loaded. */
  readonly readWatermark: (options?: WatermarkOptions) => Promise<Temporal.Instant | undefined>;
  /** Forward only; an older or equal value is the ordinary outcome `kept`. */
  readonly advanceWatermark: (to: Temporal.Instant, options?: WatermarkOptions) => Promise<Advance>;
}

export const dynamoDbConnection: Connection<DynamoDbSettings, DynamoDbOpened> = {
  name: 'dynamodb',
  read: readDynamoDbSettings,
  open: async (settings) => openDynamoDb(settings),
};

/**
 * Opens the state table and reads from it once, so that a missing table shows now and not after the first load.
 * @param access the SDK's default chain when absent
 * @throws ConfigFailure `E_STATE_TABLE_MISSING`
 */
export async function openDynamoDb(settings: DynamoDbSettings, access?: FixedAccess): Promise<DynamoDbOpened> {
  const table = stateTable(settings, access);
  try {
    if (settings.createTable) await table.ensureTable();
    else await table.find(settings.processId);
  } catch (error) {
    await table.close();
    throw error;
  }
  const tools = ({ processId = settings.processId, signal }: WatermarkOptions) => ({
    table,
    processId,
    signal,
    newId: randomUUID,
  });
  return {
    readWatermark: (options = {}) => findWatermark(tools(options)),
    advanceWatermark: (to, options = {}) => advanceWatermark(to, tools(options)),
    close: table.close,
  };
}
