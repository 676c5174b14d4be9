import { randomUUID } from 'node:crypto';

import { listen } from '../aws/http-server.ts';
import { type AwsStandIn, type AwsStandInOptions, standInClock, standInScope } from '../aws/stand-in.ts';
import { type S3Faults, openS3Faults } from './faults.ts';
import { type S3Service, handle } from './server.ts';
import { Storage } from './storage.ts';

export interface S3Options extends AwsStandInOptions {
  /** Buckets that shall exist. */
  readonly buckets?: readonly string[];
}

export interface S3Sandbox extends AwsStandIn {
  readonly faults: S3Faults;
}

/** Starts a stand-in for Amazon S3 on 127.0.0.1. */
export async function startS3(options: S3Options): Promise<S3Sandbox> {
  const scope = standInScope(options, 's3');
  const clock = standInClock(options);
  const storage = new Storage(options.directory);
  const now = (): string => clock.now().toString({ fractionalSecondDigits: 3 });
  for (const name of options.buckets ?? []) storage.create(name, now());
  const service: S3Service = {
    tools: { storage, now, newId: () => randomUUID().replaceAll('-', ''), region: scope.region },
    faults: openS3Faults(),
    scope,
    nowMs: () => clock.now().epochMilliseconds,
  };
  const server = await listen((request, response) => void handle(service, request, response), options.port ?? 0);
  let closing: Promise<void> | undefined;
  const close = (): Promise<void> => (closing ??= server.close().then(() => storage.close()));
  return { ...scope, endpoint: server.endpoint, faults: service.faults, close };
}
