import type { Closable, Connection, ObjectStore } from '#framework';
import type { FixedAccess } from '#tasks/aws';

import { bucketApi } from './client.ts';
import { type S3Settings, readS3Settings } from './config.ts';
import { bucketStore } from './object-store.ts';

export interface S3Opened extends Closable {
  readonly settings: S3Settings;
  readonly store: ObjectStore;
}

export const s3Connection: Connection<S3Settings, S3Opened> = {
  name: 's3',
  read: readS3Settings,
  open: async (settings) => openS3(settings),
};

/** @param access the SDK's default chain when absent */
export function openS3(settings: S3Settings, access?: FixedAccess): S3Opened {
  const api = bucketApi(settings, access);
  return { settings, store: bucketStore(api, settings), close: api.close };
}
