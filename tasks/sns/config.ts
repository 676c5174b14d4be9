import { z } from 'zod';

import { type Reading, type SettingSources, firstSet, readConnectorSettings } from '#framework';
import { awsEndpoint } from '#tasks/aws';

export interface SnsSettings {
  /** Absent: nobody is notified. */
  readonly topicArn: string | undefined;
  /** Where a compatible server or a stand-in listens; absent for AWS itself. */
  readonly endpoint: string | undefined;
}

/** Reads the environment over the `sns` block of `connector_config.json`, and reports every mistake at once. */
export function readSnsSettings(sources: SettingSources): Reading<SnsSettings> {
  return readConnectorSettings<z.output<typeof ConnectorFile>, SnsSettings>(sources, {
    file: ConnectorFile,
    settings: Settings,
    names: NAMES,
    values: (environment, content) => ({
      topicArn: firstSet(environment['SNS_TOPIC_ARN'], content?.sns?.topic_arn),
      endpoint: firstSet(environment['SNS_ENDPOINT']),
    }),
  });
}

/** The file belongs to other tools too, so what Windrow does not know is let be. */
const ConnectorFile = z.looseObject({ sns: z.looseObject({ topic_arn: z.unknown().optional() }).optional() });

const Settings = z.strictObject({
  topicArn: z
    .string('expected a text')
    .regex(
      /^arn:aws[a-z-]*:sns:[a-z0-9-]+:\d{12}:[A-Za-z0-9_-]{1,256}$/,
      'expected the ARN of a standard topic, such as arn:aws:sns:us-east-1:123456789012:Veeva-Pipeline-Alerts',
    )
    .optional()
    .transform((text) => text),
  endpoint: awsEndpoint(9911),
});

const NAMES: Readonly<Record<string, string>> = {
  topicArn: 'SNS_TOPIC_ARN or sns.topic_arn in connector_config.json',
  endpoint: 'SNS_ENDPOINT',
};
