import { fileURLToPath } from 'node:url';

import { vi } from 'vitest';

import { type Ground, openGround } from '../tasks/redshift-ground.ts';
import { FIELD, type Installation, openInstallationFolder } from './windrow.ts';

/** An installation with verbs of a connector, which loads into the Redshift stand-in of `ground`. */
export interface RedshiftInstallation extends Installation {
  readonly ground: Ground;
  /** What the settings of Redshift and of its stage are, for the verbs that need them. */
  readonly redshift: Readonly<Record<string, string>>;
}

/** `verbs` names the connector's folder below `tasks`. */
export async function openRedshiftInstallation(verbs: string): Promise<RedshiftInstallation> {
  const at = await openInstallationFolder({
    ...FIELD,
    verbs: [fileURLToPath(new URL(`../../tasks/${verbs}/verbs.ts`, import.meta.url))],
  });
  const ground = await openGround();
  const { sandbox } = ground;
  // The SDKs read credentials from the process.
  vi.stubEnv('AWS_ACCESS_KEY_ID', sandbox.accessKeyId);
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', sandbox.secretAccessKey);
  return {
    ...at,
    ground,
    redshift: {
      AWS_REGION: sandbox.region,
      REDSHIFT_DATABASE: sandbox.database,
      REDSHIFT_WORKGROUP: sandbox.workgroup,
      REDSHIFT_IAM_ROLE: 'default',
      REDSHIFT_DATA_ENDPOINT: sandbox.endpoint,
      S3_BUCKET: 'lake',
      S3_ENDPOINT: ground.stageEndpoint,
    },
    close: async () => {
      vi.unstubAllEnvs();
      await ground.close();
      await at.close();
    },
  };
}
