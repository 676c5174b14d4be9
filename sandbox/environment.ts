import type { Stands } from './start.ts';

export const BUCKET = 'windrow-sandbox';
/** What runs behind the tables, and stops while a window has failed. */
export const RULE = 'Veeva-Downstream';
export const TOPIC = 'Veeva-Pipeline-Alerts';
export const STATE_TABLE = 'VeevaStateTable';
/** The Redshift stand-in does not look at roles, but COPY needs one. */
const ROLE = 'arn:aws:iam::123456789012:role/RedshiftS3Read';

export interface Access {
  readonly region: string;
  /** Absent when the process already has credentials that the stand-ins accept. */
  readonly keys: { readonly accessKeyId: string; readonly secretAccessKey: string } | undefined;
}

/** Exactly the variables that lead the product's connections to the stand-ins that run. */
export function environmentOf(stands: Stands, { region, keys }: Access): Record<string, string> {
  const { vault, s3, redshift, dynamodb, sns, secretsManager, eventbridge } = stands;
  const usesAws = [s3, redshift, dynamodb, sns, secretsManager, eventbridge].some((stand) => stand !== undefined);
  return {
    ...(usesAws ? { AWS_REGION: region } : {}),
    ...(usesAws && keys !== undefined
      ? {
          AWS_ACCESS_KEY_ID: keys.accessKeyId,
          AWS_SECRET_ACCESS_KEY: keys.secretAccessKey,
          AWS_EC2_METADATA_DISABLED: 'true',
        }
      : {}),
    ...(vault === undefined
      ? {}
      : {
          VAULT_URL: vault.url,
          VAULT_ID: String(vault.vaultId),
          VAULT_USERNAME: vault.username,
          VAULT_PASSWORD: vault.password,
        }),
    ...(s3 === undefined ? {} : { S3_ENDPOINT: s3.endpoint, S3_BUCKET: BUCKET }),
    ...(redshift === undefined
      ? {}
      : {
          REDSHIFT_DATA_ENDPOINT: redshift.endpoint,
          REDSHIFT_WORKGROUP: redshift.workgroup,
          REDSHIFT_DATABASE: redshift.database,
          REDSHIFT_IAM_ROLE: ROLE,
        }),
    ...(dynamodb === undefined ? {} : { DYNAMODB_ENDPOINT: dynamodb.endpoint, STATE_TABLE_NAME: STATE_TABLE }),
    ...(sns === undefined ? {} : { SNS_ENDPOINT: sns.endpoint, SNS_TOPIC_ARN: sns.topicArn(TOPIC) }),
    ...(secretsManager === undefined ? {} : { SECRETS_MANAGER_ENDPOINT: secretsManager.endpoint }),
    ...(eventbridge === undefined
      ? {}
      : { EVENTBRIDGE_ENDPOINT: eventbridge.endpoint, EVENTBRIDGE_RULE_ARN: eventbridge.ruleArn(RULE) }),
  };
}
