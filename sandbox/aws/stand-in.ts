import type { IncomingMessage } from 'node:http';

import { type Clock, type Closable, systemClock } from '#framework';

import { hash } from 'node:crypto';

import { readBody } from './http-server.ts';
import { type SignatureVerdict, type SigningScope, verifySignature } from './signature.ts';

/** What every AWS stand-in is told. */
export interface AwsStandInOptions {
  /** Where its state lives; what is there from an earlier start is served again. */
  readonly directory: string;
  /** 0 or absent: any free port. */
  readonly port?: number;
  readonly accessKeyId?: string;
  readonly secretAccessKey?: string;
  readonly region?: string;
  readonly clock?: Clock;
}

/** What a client needs to reach a stand-in. */
export interface AwsStandIn extends Closable {
  readonly endpoint: string;
  readonly region: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

export const SANDBOX_ACCOUNT = '123456789012';

/** Whose signature a stand-in accepts; `service` is the signing name. */
export function standInScope(options: AwsStandInOptions, service: string): SigningScope {
  const { accessKeyId = 'sandbox', secretAccessKey = 'sandbox-secret', region = 'us-east-1' } = options;
  return { accessKeyId, secretAccessKey, region, service, keys: new Map() };
}

export function standInClock(options: AwsStandInOptions): Clock {
  return options.clock ?? systemClock;
}

const MOST_BODY_BYTES = 16 * 1024 * 1024;

/** Reads a small request whole and checks its signature. */
export async function readSigned(
  request: IncomingMessage,
  scope: SigningScope,
  nowMs: number,
): Promise<{ readonly body: Buffer; readonly verdict: SignatureVerdict }> {
  const body = await readBody(request, MOST_BODY_BYTES);
  const payloadHash = hash('sha256', body);
  const signed = { method: request.method ?? 'POST', url: request.url ?? '/', headers: request.headers, payloadHash };
  return { body, verdict: verifySignature(signed, scope, nowMs) };
}
