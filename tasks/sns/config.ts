import { z } from 'zod';

import { type Reading, type SettingSources, readSettings, readSettingsFile } from '#framework';

export interface SnsSettings {
  /** Absent: nobody is notified. */
  readonly topicArn: string | undefined;
  /** Where a compatible server or a stand-in listens; absent for AWS itself. */
  readonly endpoint: string | undefined;
}

/** Reads the environment over the `sns` block of `connector_config.json`, and reports every mistake at once. */
export function readSnsSettings(sources: SettingSources): Reading<SnsSettings> {
  const { environment } = sources;
  const file = readSettingsFile(sources, { variable: 'CONNECTOR_CONFIG_FILE', usualPath: 'connector_config.json' });
  const block = ConnectorFile.safeParse(file.content).data?.sns;
  const reading = readSettings<SnsSettings>(
    Settings,
    {
      topicArn: present(environment['SNS_TOPIC_ARN']) ?? present(block?.topic_arn),
      endpoint: present(environment['SNS_ENDPOINT']),
    },
    NAMES,
  );
  if (file.problems.length === 0) return reading;
  return { kind: 'unreadable', problems: [...file.problems, ...(reading.kind === 'read' ? [] : reading.problems)] };
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
  endpoint: z
    .url({ protocol: /^https?$/, error: 'expected an address such as http://127.0.0.1:9911' })
    .optional()
    .transform((text) => text),
});

const NAMES: Readonly<Record<string, string>> = {
  topicArn: 'SNS_TOPIC_ARN or sns.topic_arn in connector_config.json',
  endpoint: 'SNS_ENDPOINT',
};

function present(value: unknown): unknown {
  return value === '' || value === null ? undefined : value;
}
