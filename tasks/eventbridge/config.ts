import { z } from 'zod';

import {
  CONNECTOR_FILE,
  type Reading,
  type SettingSources,
  firstSet,
  readSettings,
  readSettingsFile,
  withProblems,
} from '#framework';

export interface EventBridgeSettings {
  /** Absent: no rule is touched. */
  readonly ruleArn: string | undefined;
  /** Where a compatible server or a stand-in listens; absent for AWS itself. */
  readonly endpoint: string | undefined;
}

/** Reads the environment over the `eventbridge` block of `connector_config.json`, and reports every mistake at once. */
export function readEventBridgeSettings(sources: SettingSources): Reading<EventBridgeSettings> {
  const { environment } = sources;
  const { content, problems } = readSettingsFile(sources, { ...CONNECTOR_FILE, shape: ConnectorFile });
  const reading = readSettings<EventBridgeSettings>(
    Settings,
    {
      ruleArn: firstSet(environment['EVENTBRIDGE_RULE_ARN'], content?.eventbridge?.rule_arn),
      endpoint: firstSet(environment['EVENTBRIDGE_ENDPOINT']),
    },
    NAMES,
  );
  return withProblems(problems, reading);
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
  endpoint: z
    .url({ protocol: /^https?$/, error: 'expected an address such as http://127.0.0.1:9912' })
    .optional()
    .transform((text) => text),
});

const NAMES: Readonly<Record<string, string>> = {
  ruleArn: 'EVENTBRIDGE_RULE_ARN or eventbridge.rule_arn in connector_config.json',
  endpoint: 'EVENTBRIDGE_ENDPOINT',
};
