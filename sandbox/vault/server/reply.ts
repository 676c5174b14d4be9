import type { ServerResponse } from 'node:http';
import type { API_ERRORS } from '../faults/fault.ts';

export type ApiErrorType = (typeof API_ERRORS)[number];

/** What a route answers. */
export type Reply =
  | { readonly kind: 'json'; readonly body: ApiBody }
  | {
      readonly kind: 'bytes';
      readonly bytes: Buffer;
      /** Absent: plain text without a name. */
      readonly filename?: string;
      readonly breakOff: boolean;
    }
  | { readonly kind: 'status'; readonly status: number };

export type ApiBody = Readonly<Record<string, unknown>> & { readonly responseStatus: string };

export function success(body: Readonly<Record<string, unknown>> = {}): Reply {
  return { kind: 'json', body: { responseStatus: 'SUCCESS', ...body } };
}

/** Failures of the API itself come with HTTP 200. */
export function failure(type: ApiErrorType, message: string, more: Readonly<Record<string, unknown>> = {}): Reply {
  return { kind: 'json', body: { responseStatus: 'FAILURE', errors: [{ type, message }], ...more } };
}

/** Sends the answer with a status line without words, as Vault does since 26R1. */
export function sendReply(response: ServerResponse, reply: Reply, headers: Readonly<Record<string, string>>): void {
  switch (reply.kind) {
    case 'json': {
      const body = JSON.stringify(reply.body);
      const status = {
        'X-VaultAPI-Status': reply.body.responseStatus,
        'Content-Type': 'application/json;charset=UTF-8',
      };
      response.writeHead(200, '', { ...headers, ...status });
      response.end(body);
      return;
    }
    case 'bytes':
      if (reply.breakOff && reply.bytes.length === 0) {
        response.destroy();
        return;
      }
      response.writeHead(200, '', {
        ...headers,
        'X-VaultAPI-Status': 'SUCCESS',
        ...fileHeaders(reply.filename),
      });
      if (reply.breakOff) response.write(reply.bytes, () => response.destroy());
      else response.end(reply.bytes);
      return;
    case 'status':
      response.writeHead(reply.status, '', { ...headers, 'Content-Type': 'text/html' });
      response.end('<html><body>The server is temporarily unable to service your request.</body></html>');
  }
}

function fileHeaders(filename: string | undefined): Record<string, string> {
  if (filename === undefined) return { 'Content-Type': 'text/plain;charset=UTF-8' };
  return {
    'Content-Type': 'application/octet-stream;charset=UTF-8',
    'Content-Disposition': `attachment; filename="${filename}"`,
  };
}
