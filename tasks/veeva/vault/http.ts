import type { Readable } from 'node:stream';

import { Agent, request } from 'undici';

import type { Closable, Millis } from '#framework';

import { connectionFailure } from '../errors.ts';

export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly signal: AbortSignal;
}

export interface HttpReply {
  readonly status: number;
  readonly header: (name: string) => string | undefined;
  readonly body: Readable & { readonly text: () => Promise<string> };
}

/** Sends one request; never follows a redirect, so that a session goes only where it was meant to go. */
export interface Http extends Closable {
  readonly send: (request: HttpRequest) => Promise<HttpReply>;
}

export interface HttpTimeouts {
  readonly timeout: Millis;
  readonly idleTimeout: Millis;
}

const CONNECT_MS = 30_000;

/** undici itself, because the built-in `fetch` gives up after five minutes, which is as long as Vault may delay an answer. */
export function openHttp({ timeout, idleTimeout }: HttpTimeouts): Http {
  const agent = new Agent({ headersTimeout: timeout, bodyTimeout: idleTimeout, connect: { timeout: CONNECT_MS } });
  return {
    send: async ({ method, url, headers, body, signal }) => {
      try {
        const reply = await request(url, { method, headers, body: body ?? null, signal, dispatcher: agent });
        return {
          status: reply.statusCode,
          header: (name) => first(reply.headers[name.toLowerCase()]),
          body: reply.body,
        };
      } catch (error) {
        signal.throwIfAborted();
        throw connectionFailure(error, `${method} ${url.host}${url.pathname}`);
      }
    },
    close: () => agent.destroy(),
  };
}

function first(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value;
}
