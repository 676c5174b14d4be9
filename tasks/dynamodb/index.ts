export { type DynamoDbSettings, readDynamoDbSettings } from './config.ts';
export { type DynamoDbOpened, dynamoDbConnection, openDynamoDb } from './connector.ts';
export type { Advance, WatermarkOptions } from './watermark.ts';
