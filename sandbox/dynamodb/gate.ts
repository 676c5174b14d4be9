import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';

import dynalite from 'dynalite';

import type { Faults } from '../aws/faults.ts';
import { type HttpServer, listen } from '../aws/http-server.ts';
import { JSON_REFUSALS } from '../aws/json-refusals.ts';
import type { SigningScope } from '../aws/signature.ts';
import { readSigned } from '../aws/stand-in.ts';
import type { DynamoDbFaultKind } from './index.ts';

export interface GateOptions {
  readonly directory: string;
  readonly port?: number;
  readonly scope: SigningScope;
  readonly faults: Faults<DynamoDbFaultKind>;
  readonly nowMs: () => number;
}

/**
 * Stands before dynalite, which checks no signature and lets the process die when a client hangs up in the middle of a
 * request: requests are read whole here, checked, and handed on as replays.
 */
export async function openGate(options: GateOptions): Promise<HttpServer> {
  const server = dynalite({ path: options.directory, createTableMs: 1, deleteTableMs: 1, updateTableMs: 1 });
  const gate = await listen((request, response) => {
    pass(options, server, { request, response }).catch(() => response.destroy());
  }, options.port ?? 0);
  return {
    endpoint: gate.endpoint,
    close: async () => {
      await gate.close();
      await closeDatabase(server);
    },
  };
}

interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

async function pass(options: GateOptions, inner: Server, exchange: Exchange): Promise<void> {
  const { request, response } = exchange;
  const { body, verdict } = await readSigned(request, options.scope, options.nowMs());
  if (verdict.kind === 'refused')
    return refuse(response, 400, { name: JSON_REFUSALS[verdict.reason], message: verdict.message });
  const fault = options.faults.take(operationOf(request), tableOf(body));
  if (fault === 'throttled') {
    return refuse(response, 400, {
      name: 'ProvisionedThroughputExceededException',
      message: 'The level of configured provisioned throughput was exceeded.',
    });
  }
  if (fault === 'internal_error')
    return refuse(response, 500, { name: 'InternalServerError', message: 'Internal server error.' });
  if (fault === 'lost_response') response.end = () => response.destroy();
  inner.emit('request', replay(request, body), response);
}

/** The same request with its body already at hand. */
function replay(request: IncomingMessage, body: Buffer): Readable {
  const { method, url, headers } = request;
  return Object.assign(Readable.from([body]), { method, url, headers });
}

function refuse(
  response: ServerResponse,
  status: number,
  error: { readonly name: string; readonly message: string },
): void {
  response.writeHead(status, { 'content-type': 'application/x-amz-json-1.0' });
  response.end(JSON.stringify({ __type: `com.amazonaws.dynamodb.v20120810#${error.name}`, message: error.message }));
}

function operationOf(request: IncomingMessage): string {
  return String(request.headers['x-amz-target'] ?? '').split('.')[1] ?? '';
}

function tableOf(body: Buffer): string {
  return /"TableName"\s*:\s*"([^"]+)"/.exec(body.toString('utf8'))?.[1] ?? '';
}

/** dynalite closes its database together with its own HTTP server, which must listen for that. */
async function closeDatabase(server: Server): Promise<void> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  await new Promise<void>((resolve, reject) => {
    server.close((error) => (error === undefined || error === null ? resolve() : reject(error)));
  });
}
