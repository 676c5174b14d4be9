import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

import { readBody } from '../aws/http-server.ts';
import { type SignatureRefusal, type SigningScope, verifySignature } from '../aws/signature.ts';
import { S3Error, type S3ErrorCode, errorDocument } from './errors.ts';
import type { S3FaultKind, S3Faults } from './faults.ts';
import { type S3Answer, type S3Request, addressOf, header } from './message.ts';
import type { Tools } from './operations/tools.ts';
import { type Route, routeOf } from './routes.ts';

export interface S3Service {
  readonly tools: Tools;
  readonly faults: S3Faults;
  readonly scope: SigningScope;
  readonly nowMs: () => number;
}

/** The path of the fault switches: no S3 request is a POST to a key without parameters. */
const FAULTS_PATH = '/sandbox/faults';

export async function handle(service: S3Service, incoming: IncomingMessage, response: ServerResponse): Promise<void> {
  if (incoming.method === 'POST' && incoming.url === FAULTS_PATH) return addFault(service, incoming, response);
  const requestId = randomUUID();
  try {
    const answer = await answerOf(service, incoming, response);
    if (answer !== 'gone') await send(answer, incoming, response);
  } catch (error) {
    if (isGone(incoming, response)) return void response.destroy();
    await sendError(error, requestId, { incoming, response });
  }
}

async function answerOf(
  service: S3Service,
  incoming: IncomingMessage,
  response: ServerResponse,
): Promise<S3Answer | 'gone'> {
  const request: S3Request = {
    method: incoming.method ?? 'GET',
    ...addressOf(incoming.url ?? '/'),
    headers: incoming.headers,
    body: incoming,
  };
  checkSignature(service, request, incoming.url ?? '/');
  const route = routeOf(request);
  const fault = service.faults.take(route.name, request.key);
  return fault === undefined
    ? route.run(request, service.tools)
    : misbehave({ service, request, route, response }, fault);
}

const REFUSAL_CODES: Readonly<Record<SignatureRefusal, S3ErrorCode>> = {
  missing: 'AccessDenied',
  malformed: 'InvalidArgument',
  unknown_key: 'InvalidAccessKeyId',
  wrong_scope: 'SignatureDoesNotMatch',
  too_skewed: 'RequestTimeTooSkewed',
  mismatch: 'SignatureDoesNotMatch',
};

function checkSignature(service: S3Service, request: S3Request, url: string): void {
  const payloadHash = header(request, 'x-amz-content-sha256');
  const verdict = verifySignature({ ...request, url, payloadHash: payloadHash ?? '' }, service.scope, service.nowMs());
  if (verdict.kind === 'refused') throw new S3Error(REFUSAL_CODES[verdict.reason], verdict.message);
  if (payloadHash === undefined)
    throw new S3Error('InvalidRequest', 'Missing required header for this request: x-amz-content-sha256.');
}

interface Struck {
  readonly service: S3Service;
  readonly request: S3Request;
  readonly route: Route;
  readonly response: ServerResponse;
}

async function misbehave(struck: Struck, fault: S3FaultKind): Promise<S3Answer | 'gone'> {
  const { service, request, route, response } = struck;
  switch (fault) {
    case 'slow_down':
      throw new S3Error('SlowDown', 'Please reduce your request rate.');
    case 'internal_error':
      throw new S3Error('InternalError', 'We encountered an internal error. Please try again.');
    case 'conflict':
      throw new S3Error(
        'ConditionalRequestConflict',
        'A conflicting conditional operation is under way against this resource.',
      );
    case 'error_in_ok':
      request.body.resume();
      return {
        status: 200,
        body: errorDocument(new S3Error('InternalError', 'We encountered an internal error.'), request.path, 'fault'),
      };
    case 'lost_response':
      await route.run(request, service.tools);
      response.destroy();
      return 'gone';
    case 'reset':
      return reset(struck);
  }
}

/** A read is cut after half of its bytes; a write after the first bytes of its body. */
async function reset(struck: Struck): Promise<S3Answer | 'gone'> {
  const { service, request, route, response } = struck;
  if (request.method !== 'GET') {
    await request.body[Symbol.asyncIterator]().next();
    response.destroy();
    return 'gone';
  }
  const answer = await route.run(request, service.tools);
  const half = Math.floor(Number(answer.headers?.['content-length'] ?? 0) / 2);
  if (answer.body === undefined || typeof answer.body === 'string') return answer;
  response.writeHead(answer.status, presentHeaders(answer));
  await writeSome(answer.body instanceof Readable ? answer.body : Readable.from([answer.body]), half, response);
  response.destroy();
  return 'gone';
}

async function writeSome(body: Readable, most: number, response: ServerResponse): Promise<void> {
  let left = most;
  for await (const chunk of body) {
    if (!Buffer.isBuffer(chunk) || left === 0) break;
    const piece = chunk.subarray(0, left);
    left -= piece.length;
    await new Promise((resolve) => response.write(piece, resolve));
  }
}

async function send(answer: S3Answer, incoming: IncomingMessage, response: ServerResponse): Promise<void> {
  const { body } = answer;
  if (!(body instanceof Readable)) {
    const isXml = typeof body === 'string' && body !== '';
    response.writeHead(answer.status, {
      ...(isXml ? { 'content-type': 'application/xml' } : {}),
      ...presentHeaders(answer),
    });
    response.end(incoming.method === 'HEAD' ? undefined : body);
    return;
  }
  response.writeHead(answer.status, presentHeaders(answer));
  await pipeline(body, response);
}

async function sendError(
  error: unknown,
  requestId: string,
  exchange: { readonly incoming: IncomingMessage; readonly response: ServerResponse },
): Promise<void> {
  const { incoming, response } = exchange;
  const known =
    error instanceof S3Error ? error : new S3Error('InternalError', `The stand-in failed: ${String(error)}`);
  // The rest of a refused body is read and forgotten, so that the client reads the answer instead of a broken pipe.
  incoming.resume();
  const hasBody = incoming.method !== 'HEAD' && known.status !== 304;
  response.writeHead(known.status, {
    'content-type': 'application/xml',
    'x-amz-request-id': requestId,
    ...known.headers,
  });
  response.end(hasBody ? errorDocument(known, incoming.url ?? '/', requestId) : undefined);
}

function presentHeaders(answer: S3Answer): Record<string, string> {
  const present = Object.entries(answer.headers ?? {}).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value] as const],
  );
  return Object.fromEntries(present);
}

/** The client hung up, or the answer is already on its way. */
function isGone(incoming: IncomingMessage, response: ServerResponse): boolean {
  return response.headersSent || response.destroyed || incoming.socket.destroyed;
}

async function addFault(service: S3Service, incoming: IncomingMessage, response: ServerResponse): Promise<void> {
  try {
    service.faults.addUnknown(JSON.parse((await readBody(incoming, 65_536)).toString('utf8')));
    response.writeHead(204).end();
  } catch (error) {
    response.writeHead(400, { 'content-type': 'text/plain' }).end(`Not a fault: ${String(error)}\n`);
  }
}
