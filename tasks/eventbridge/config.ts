import { z } from 'zod';

import { type Reading, type SettingSources, firstSet, readConnectorSettings } from '#framework';
import { awsEndpoint } from '#tasks/aws';

export interface EventBridgeSettings {
  /** Absent: no rule is touched. */
  readonly ruleArn: string | undefined;
  /** Where a compatible server or a stand-in listens; absent for AWS itself. */
  readonly endpoint: string | undefined;
}

/** Reads the environment over the `eventbridge` block of `connector_config.json`, and reports every mistake at once. */
export function readEventBridgeSettings(sources: SettingSources): Reading<EventBridgeSettings> {
  return readConnectorSettings<z.output<typeof ConnectorFile>, EventBridgeSettings>(sources, {
    file: ConnectorFile,
    settings: Settings,
    names: NAMES,
    values: (environment, content) => ({
      ruleArn: firstSet(environment['EVENTBRIDGE_RULE_ARN'], content?.eventbridge?.rule_arn),
      endpoint: firstSet(environment['EVENTBRIDGE_ENDPOINT']),
    }),
  });
}

/** The file belongs to other tools too, so what Windrow does not know is let be. */
const ConnectorFile = z.looseObject({ eventbridge: z.looseObject({ rule_arn: z.unknown().optional() }).optional() });

const Settings = z.strictObject({
  ruleArn: z
    .string('expected a text')
    .regex(
      /^arn:aws[a-z-]*:events:[a-z0-9-]+:\d{12}:rule\/([A-Za-z0-9._/-]{1,256}\/)?[A-Za-z0-9._-]{1,64}$/,
      'expected the ARN of a rule, such as arn:aws:events:us-east-1:123456789012:rule/nightly-reports',
    )
    .optional()
    .transform((text) => text),
  endpoint: awsEndpoint(9912),
});

const NAMES: Readonly<Record<string, string>> = {
  ruleArn: 'EVENTBRIDGE_RULE_ARN or eventbridge.rule_arn in connector_config.json',
  endpoint: 'EVENTBRIDGE_ENDPOINT',
};
