import type { Closable, Connection, ObjectStore } from '#framework';

import { type StaticCredentials, bucketApi } from './client.ts';
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

/** @param credentials the SDK's default chain when absent */
export function openS3(settings: S3Settings, credentials?: StaticCredentials): S3Opened {
  const api = bucketApi(settings, credentials);
  return { settings, store: bucketStore(api, settings), close: api.close };
}
