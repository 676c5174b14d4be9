import { DefinitionFailure, RemoteFailure, type Secret } from '#framework';

import type { Delivery, LineageTransport } from './transport.ts';

export interface HttpTransportOptions {
  /** The whole address, usually ending in `/api/v1/lineage`. */
  readonly url: string;
  /** Sent as a bearer token. */
  readonly token?: Secret;
  /** Longest time of one request; default 4 seconds. */
  readonly timeoutMs?: number;
}

/** Statuses that the same event may get over; 404 and 405 say something of the address, and nothing of the event. */
const AGAIN: ReadonlySet<number> = new Set([401, 403, 404, 405, 408, 425, 429]);
const MOST_TEXT = 500;

/**
 * Posts each event as JSON to a collector such as Marquez.
 * @throws DefinitionFailure `E_LINEAGE_URL`
 */
export function httpTransport({ url, token, timeoutMs = 4000 }: HttpTransportOptions): LineageTransport {
  const { protocol } = URL.parse(url) ?? {};
  if (protocol !== 'https:' && protocol !== 'http:') {
    throw new DefinitionFailure(
      'E_LINEAGE_URL',
      `Cannot send lineage to "${url}". Expected the whole address of a collector, such as https://marquez.example.com/api/v1/lineage.`,
    );
  }
  return {
    send: async (event, signal) => {
      const headers = {
        'content-type': 'application/json',
        ...(token === undefined ? {} : { authorization: `Bearer ${token.reveal()}` }),
      };
      const limit = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
      const answer = await post({ url, headers, body: JSON.stringify(event) }, limit);
      return deliveryOf(url, answer);
    },
  };
}

interface Answer {
  readonly status: number;
  readonly text: string;
}

async function post(
  { url, headers, body }: { readonly url: string; readonly headers: Record<string, string>; readonly body: string },
  signal: AbortSignal,
): Promise<Answer> {
  try {
    const response = await fetch(url, { method: 'POST', headers, body, signal, redirect: 'error' });
    return { status: response.status, text: (await response.text()).slice(0, MOST_TEXT) };
  } catch (cause) {
    throw new RemoteFailure(
      'E_LINEAGE_UNREACHABLE',
      `Cannot reach ${url} to send lineage; the event is kept and sent later.`,
      {
        cause,
      },
    );
  }
}

function deliveryOf(url: string, { status, text }: Answer): Delivery {
  if (status >= 200 && status < 300) return { kind: 'arrived' };
  const reason = `${url} answered ${status}: ${text}`;
  if (status < 500 && !AGAIN.has(status)) return { kind: 'refused', reason };
  throw new RemoteFailure('E_LINEAGE_ANSWER', `${reason}. The event is kept and sent later.`);
}
