import { hash, randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';

import type { Clock } from '#framework';

import { readBody } from '../aws/http-server.ts';
import { type SigningScope, verifySignature } from '../aws/signature.ts';
import { ApiError, type ApiErrorName, invalid } from './api-error.ts';
import { type FaultRule, FaultRules, type Faults } from './faults.ts';
import { type DataApi, OPERATIONS } from './operations.ts';

const MOST_BODY_BYTES = 16 * 1024 * 1024;
const TARGET = 'RedshiftData.';

export interface Door {
  readonly api: DataApi;
  readonly scope: SigningScope;
  readonly clock: Clock;
}

/** Answers one HTTP request: AWS JSON 1.1 at `/`, the faults at `/sandbox/faults`. Never rejects. */
export async function handle(request: IncomingMessage, response: ServerResponse, door: Door): Promise<void> {
  try {
    const body = await readBody(request, MOST_BODY_BYTES);
    if (request.url === '/sandbox/faults')
      return send(response, 200, changeFaults(request, body, door.api.machine.faults));
    await answer(request, response, { body, door });
  } catch (error) {
    sendError(response, error);
  }
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  { body, door }: { body: Buffer; door: Door },
): Promise<void> {
  verify(request, body, door);
  const operation = operationOf(request);
  const run = OPERATIONS[operation];
  if (run === undefined)
    throw new ApiError(
      'UnknownOperationException',
      `The Redshift stand-in does not know the operation "${operation}".`,
    );
  const { faults } = door.api.machine;
  refuseByFault(faults, operation);
  const sql = body.toString('utf8');
  const values: unknown = JSON.parse(sql);
  const refused = faults.take('invalid_call', { operation, sql });
  if (refused !== undefined) throw invalid(refused.message);
  const isLost = faults.take('lost_answer', { operation, sql }) !== undefined;
  const outcome = await run(door.api, values);
  if (!isLost) return send(response, 200, outcome);
  await endOf(outcome, door.api);
  request.socket.destroy();
}

function verify(request: IncomingMessage, body: Buffer, { scope, clock }: Door): void {
  const payloadHash = hash('sha256', body);
  const signed = { method: request.method ?? '', url: request.url ?? '/', headers: request.headers, payloadHash };
  const verdict = verifySignature(signed, scope, clock.now().epochMilliseconds);
  if (verdict.kind === 'valid') return;
  const name: ApiErrorName =
    verdict.reason === 'unknown_key' ? 'UnrecognizedClientException' : 'InvalidSignatureException';
  throw new ApiError(name, verdict.message);
}

function operationOf(request: IncomingMessage): string {
  const target = request.headers['x-amz-target'];
  return typeof target === 'string' && target.startsWith(TARGET) ? target.slice(TARGET.length) : String(target);
}

function refuseByFault(faults: Faults, operation: string): void {
  const denied = faults.take('access_denied', { operation });
  if (denied !== undefined) {
    const action = denied.action ?? `redshift-data:${operation}`;
    throw new ApiError(
      'AccessDeniedException',
      `User: arn:aws:iam::123456789012:user/windrow is not authorized to perform: ${action} because no identity-based policy allows the ${action} action`,
    );
  }
  const throttling = faults.take('throttling', { operation });
  if (throttling?.form === 'exception') throw new ApiError('ThrottlingException', 'Rate exceeded');
  if (throttling?.form === 'validation') {
    throw new ApiError(
      'ValidationException',
      'Service returned error code ThrottlingException (Service: RedshiftServerless, Status Code: 400, Request ID: 00000000-0000-0000-0000-000000000000)',
    );
  }
  if (faults.take('internal_error', { operation }) !== undefined) {
    throw new ApiError(
      'InternalServerException',
      'The Amazon Redshift Data API operation failed due to an internal error.',
    );
  }
}

/** The answer of a call is lost only after its statements took effect. */
async function endOf(outcome: object, api: DataApi): Promise<void> {
  if ('Id' in outcome && typeof outcome.Id === 'string') await api.statements.find(outcome.Id).statement.done;
}

function changeFaults(request: IncomingMessage, body: Buffer, faults: Faults): object {
  if (request.method === 'DELETE') faults.clear();
  if (request.method === 'POST') {
    const rules: unknown = JSON.parse(body.toString('utf8'));
    const parsed = FaultRules.safeParse(rules);
    if (!parsed.success)
      throw new ApiError('ValidationException', `Expected a list of fault rules: ${parsed.error.message}`);
    faults.set(parsed.data);
  }
  const rules: readonly FaultRule[] = faults.rules;
  return { rules };
}

function sendError(response: ServerResponse, error: unknown): void {
  const known = error instanceof ApiError ? error : unexpected(error);
  send(response, known.httpStatus, { __type: known.name, Message: known.message, ...known.members });
}

function unexpected(error: unknown): ApiError {
  if (error instanceof SyntaxError) return new ApiError('ValidationException', 'The request body is not JSON.');
  return new ApiError(
    'InternalServerException',
    `The Redshift stand-in failed: ${error instanceof Error ? error.stack : String(error)}`,
  );
}

function send(response: ServerResponse, status: number, body: object): void {
  if (response.destroyed) return;
  const text = JSON.stringify(body);
  response.writeHead(status, {
    'content-type': 'application/x-amz-json-1.1',
    'x-amzn-requestid': randomUUID(),
    'content-length': Buffer.byteLength(text),
  });
  response.end(text);
}
