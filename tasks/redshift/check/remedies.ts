import type { Failure } from '#framework';

import type { RedshiftSettings } from '../config.ts';

export interface RefusedStep {
  readonly settings: RedshiftSettings;
  /** The database user, where one has signed in. */
  readonly user: string;
  readonly bucket: string;
}

/** What Redshift or the Data API said, without the words around it. */
export function saidBy(failure: Failure): string {
  const { redshift } = failure.details;
  return (typeof redshift === 'string' ? redshift : failure.message).replace(/^ERROR:\s*/, '').trim();
}

/** What to do about a refusal, by its text; undefined where nobody knows it. */
export function remedyFor(said: string, step: RefusedStep): string | undefined {
  for (const [pattern, remedy] of REMEDIES) {
    const found = pattern.exec(said);
    if (found !== null) return remedy(step, found[1] ?? '');
  }
  return undefined;
}

type Remedy = (step: RefusedStep, found: string) => string;

const grantee = ({ user }: RefusedStep): string => (user === '' ? 'the user' : `"${user}"`);

const signIn: Remedy = ({ settings: { access, secretArn } }) => {
  if (secretArn !== undefined)
    return `Put name and password of a database user into the secret ${secretArn}, or correct REDSHIFT_SECRET_ARN.`;
  return access.kind === 'cluster'
    ? `Create the database user ${access.user ?? 'of the AWS identity'}, or correct REDSHIFT_DB_USER.`
    : 'Create a database user for the AWS identity, or set REDSHIFT_SECRET_ARN.';
};

/** First match wins. */
const REMEDIES: readonly (readonly [RegExp, Remedy])[] = [
  [/not authorized to perform: ([\w-]+:\w+)/, (_, action) => `Grant ${action} to the AWS identity that runs Windrow.`],
  [
    /assume.*role|iam.?role/i,
    ({ settings }) =>
      `Attach ${settings.iamRole === 'default' ? 'a default IAM role' : settings.iamRole} to the ${settings.access.kind === 'cluster' ? 'cluster' : "workgroup's namespace"}, ` +
      'with a trust policy for redshift.amazonaws.com, or correct REDSHIFT_IAM_ROLE.',
  ],
  [
    /PermanentRedirect|specified endpoint/,
    ({ settings, bucket }) =>
      `Use a stage bucket in the region of the cluster (${settings.region}) rather than ${bucket}: COPY of Parquet reads no other region.`,
  ],
  [
    /Status 403|AccessDenied\b/,
    ({ bucket }) =>
      `Grant s3:GetObject and s3:ListBucket on ${bucket} to the role of COPY, and kms:Decrypt where the bucket is encrypted.`,
  ],
  [/authentication failed|FATAL: user|user .* does not exist/i, signIn],
  [
    /(workgroup|cluster) doesn't exist/i,
    (_, kind) => `Correct REDSHIFT_${kind.toUpperCase()}, or AWS_REGION: the region has no such ${kind}.`,
  ],
  [/database .* does not exist/, () => 'Create the database, or correct REDSHIFT_DATABASE.'],
  [
    /permission denied for database/,
    (step) =>
      `Run: create schema "${step.settings.schema}" authorization ${grantee(step)}; or grant create on database "${step.settings.database}" to ${grantee(step)}`,
  ],
  [
    /permission denied for schema (\S+)/,
    (step, schema) => `Run: grant usage, create on schema "${schema}" to ${grantee(step)}`,
  ],
  [
    /permission denied for language (\S+)/,
    (step, language) =>
      `Run: grant usage on language ${language} to ${grantee(step)}. Without it a window of more than 40 statements takes a call for each, and is slower.`,
  ],
  [/temporary tables/, (step) => `Run: grant temp on database "${step.settings.database}" to ${grantee(step)}`],
  [
    /must be owner/,
    (step) => `Let ${grantee(step)} own the tables of the schema: alter table … owner to ${grantee(step)}`,
  ],
  [/permission denied for relation (\S+)/, (step, table) => `Run: grant select on ${table} to ${grantee(step)}`],
];
