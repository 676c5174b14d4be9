import { z } from 'zod';

import { type Reading, type SettingSources, firstSet, readConnectorSettings } from '#framework';
import { awsEndpoint, awsRegion } from '#tasks/aws';

export interface DynamoDbSettings {
  readonly table: string;
  /** Key of the watermark's item, one for each pipeline that keeps one. */
  readonly processId: string;
  readonly region: string;
  /** Where a compatible server or a stand-in listens; absent for AWS itself. */
  readonly endpoint: string | undefined;
  /** Make the table when it is missing, instead of refusing. */
  readonly createTable: boolean;
}

/** Reads the environment over `connector_config.json`, and reports every mistake at once. */
export function readDynamoDbSettings(sources: SettingSources): Reading<DynamoDbSettings> {
  return readConnectorSettings<z.output<typeof ConnectorFile>, DynamoDbSettings>(sources, {
    file: ConnectorFile,
    settings: Settings,
    names: NAMES,
    values: (environment, content) => ({
      table: firstSet(environment['STATE_TABLE_NAME'], environment['state_table_name'], content?.state_table_name),
      processId: firstSet(environment['PROCESS_ID'], environment['process_id'], content?.process_id),
      region: firstSet(environment['AWS_REGION'], environment['AWS_DEFAULT_REGION']),
      endpoint: firstSet(environment['DYNAMODB_ENDPOINT']),
      createTable: firstSet(environment['DYNAMODB_CREATE_TABLE']),
    }),
  });
}

/** The file belongs to other tools too, so what Windrow does not know is let be. */
const ConnectorFile = z.looseObject({ state_table_name: z.unknown().optional(), process_id: z.unknown().optional() });

const Settings = z.strictObject({
  table: z
    .string('expected a text')
    .regex(/^[A-Za-z0-9_.-]{3,255}$/, 'expected the name of a table: 3 to 255 letters, digits, "_", "-" and "."')
    .default('VeevaStateTable'),
  processId: z
    .string('expected a text')
    .min(1)
    .max(1024, 'expected at most 1024 characters')
    .default('VeevaRedshift_Incremental'),
  region: awsRegion('the table'),
  endpoint: awsEndpoint(8000),
  createTable: z
    .enum(['true', 'false'], 'expected true or false')
    .default('false')
    .transform((text) => text === 'true'),
});

const NAMES: Readonly<Record<string, string>> = {
  table: 'STATE_TABLE_NAME or state_table_name in connector_config.json',
  processId: 'PROCESS_ID or process_id in connector_config.json',
  region: 'AWS_REGION',
  endpoint: 'DYNAMODB_ENDPOINT',
  createTable: 'DYNAMODB_CREATE_TABLE',
};
