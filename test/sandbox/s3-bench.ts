import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { S3Client, type S3ClientConfig } from '@aws-sdk/client-s3';

import { type S3Sandbox, startS3 } from '../../sandbox/s3/index.ts';

/** A stand-in with one bucket and the real client; `restart` serves the same directory again. */
export interface S3Bench {
  readonly sandbox: () => S3Sandbox;
  readonly client: (overrides?: S3ClientConfig) => S3Client;
  readonly restart: () => Promise<void>;
  readonly close: () => Promise<void>;
}

export const BUCKET = 'lake';

export async function openS3Bench(): Promise<S3Bench> {
  const directory = await mkdtemp(join(tmpdir(), 'windrow-s3-'));
  const clients: S3Client[] = [];
  let sandbox = await startS3({ directory, buckets: [BUCKET] });
  return {
    sandbox: () => sandbox,
    client: (overrides = {}) => {
      const client = new S3Client({
        endpoint: sandbox.endpoint,
        region: sandbox.region,
        credentials: { accessKeyId: sandbox.accessKeyId, secretAccessKey: sandbox.secretAccessKey },
        forcePathStyle: true,
        maxAttempts: 1,
        ...overrides,
      });
      clients.push(client);
      return client;
    },
    restart: async () => {
      await sandbox.close();
      sandbox = await startS3({ directory });
    },
    close: async () => {
      for (const client of clients) client.destroy();
      await sandbox.close();
      await rm(directory, { recursive: true });
    },
  };
}

/** Bytes that differ at every offset, so that a misplaced part is noticed. */
export function patterned(length: number): Buffer {
  const bytes = Buffer.alloc(length);
  for (let at = 0; at + 4 <= length; at += 4) bytes.writeUInt32LE((at * 2_654_435_761) >>> 0, at);
  return bytes;
}

export async function bytesOf(
  body: { readonly transformToByteArray: () => Promise<Uint8Array> } | undefined,
): Promise<Buffer> {
  if (body === undefined) throw new Error('The answer has no body.');
  return Buffer.from(await body.transformToByteArray());
}
