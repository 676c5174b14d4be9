import { z } from 'zod';

import { type Reading, type SettingSources, firstSet, readConnectorSettings } from '#framework';
import { awsEndpoint, awsRegion } from '#tasks/aws';

export interface S3Settings {
  readonly bucket: string;
  /** Put before every key: empty, or a folder with a slash behind it. */
  readonly prefix: string;
  readonly region: string;
  /** Where a compatible server or a stand-in listens; absent for AWS itself. */
  readonly endpoint: string | undefined;
}

/** Reads the environment over the `s3` block of `connector_config.json`, and reports every mistake at once. */
export function readS3Settings(sources: SettingSources): Reading<S3Settings> {
  return readConnectorSettings<z.output<typeof ConnectorFile>, S3Settings>(sources, {
    file: ConnectorFile,
    settings: Settings,
    names: NAMES,
    values: (environment, content) => ({
      bucket: firstSet(environment['S3_BUCKET'], content?.s3?.bucket_name),
      prefix: firstSet(environment['S3_PREFIX']),
      region: firstSet(environment['AWS_REGION'], environment['AWS_DEFAULT_REGION'], content?.s3?.region),
      endpoint: firstSet(environment['S3_ENDPOINT']),
    }),
  });
}

/** The file belongs to other tools too, so what Windrow does not know is let be. */
const ConnectorFile = z.looseObject({
  s3: z.looseObject({ bucket_name: z.unknown().optional(), region: z.unknown().optional() }).optional(),
});

const Settings = z.strictObject({
  bucket: z
    .string('is missing. Name the bucket that holds archives and stage')
    .regex(
      /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/,
      'expected the name of a bucket: 3 to 63 lower-case letters, digits, "-" and "."',
    ),
  prefix: z
    .string()
    .regex(
      /^[A-Za-z0-9._=-]+(\/[A-Za-z0-9._=-]+)*\/?$/,
      'expected a folder such as team/direct-data, without leading slash',
    )
    .transform((text) => (text.endsWith('/') ? text : `${text}/`))
    .default(''),
  region: awsRegion('the bucket'),
  endpoint: awsEndpoint(9000),
});

const NAMES: Readonly<Record<string, string>> = {
  bucket: 'S3_BUCKET or s3.bucket_name in connector_config.json',
  prefix: 'S3_PREFIX',
  region: 'AWS_REGION',
  endpoint: 'S3_ENDPOINT',
};
