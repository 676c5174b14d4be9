import { randomUUID } from 'node:crypto';

import { type Clock, type Closable, systemClock } from '#framework';

import { listen } from '../aws/http-server.ts';
import { S3Faults } from './faults.ts';
import { type S3Service, handle } from './server.ts';
import { Storage } from './storage.ts';

export { S3_FAULTS, type S3Fault, type S3FaultKind, type S3Faults } from './faults.ts';

export interface S3Options {
  /** Where buckets live; what is there from an earlier start is served again. */
  readonly directory: string;
  /** 0 or absent: any free port. */
  readonly port?: number;
  readonly accessKeyId?: string;
  readonly secretAccessKey?: string;
  readonly region?: string;
  /** Buckets that shall exist. */
  readonly buckets?: readonly string[];
  readonly clock?: Clock;
}

export interface S3Sandbox extends Closable {
  readonly endpoint: string;
  readonly region: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly faults: S3Faults;
}

/** Starts a stand-in for Amazon S3 on 127.0.0.1. */
export async function startS3(options: S3Options): Promise<S3Sandbox> {
  const { accessKeyId = 'sandbox', secretAccessKey = 'sandbox-secret', region = 'us-east-1', clock = systemClock } = options;
  const storage = new Storage(options.directory);
  const now = (): string => clock.now().toString({ fractionalSecondDigits: 3 });
  for (const name of options.buckets ?? []) storage.create(name, now());
  const faults = new S3Faults();
  const service: S3Service = {
    tools: { storage, now, newId: () => randomUUID().replaceAll('-', ''), region },
    faults,
    scope: { accessKeyId, secretAccessKey, region, service: 's3' },
    nowMs: () => clock.now().epochMilliseconds,
  };
  const server = await listen((request, response) => void handle(service, request, response), options.port ?? 0);
  let closing: Promise<void> | undefined;
  const close = (): Promise<void> => (closing ??= server.close().then(() => storage.close()));
  return { endpoint: server.endpoint, region, accessKeyId, secretAccessKey, faults, close };
}
