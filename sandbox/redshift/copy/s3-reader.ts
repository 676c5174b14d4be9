import { hash } from 'node:crypto';
import { once } from 'node:events';
import { Agent, type IncomingMessage, get } from 'node:http';
import { text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';

import type { Clock } from '#framework';

import { Refusal } from '../../aws/refusal.ts';
import { type SigningScope, authorizationOf, encode } from '../../aws/signature.ts';
import { childText, childrenNamed, parseXml } from '../../aws/xml.ts';

/** What COPY asks of S3; AWS's client does the same for three times the processor time. */
export interface S3Reader {
  /** The object, still to be read; its length stands in the headers. @throws Refusal */
  readonly open: (bucket: string, key: string) => Promise<IncomingMessage>;
  /** @throws Refusal */
  readonly list: (bucket: string, prefix: string, after?: string) => Promise<S3Page>;
  readonly close: () => void;
}

export interface S3Page {
  readonly objects: readonly { readonly key: string; readonly bytes: number }[];
  /** Where the next page begins. */
  readonly next: string | undefined;
}

export interface S3Place {
  readonly endpoint: string;
  readonly region: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

export function openS3Reader(place: S3Place, clock: Clock): S3Reader {
  const scope: SigningScope = { ...place, service: 's3', keys: new Map() };
  const agent = new Agent({ keepAlive: true });
  const ask = (url: string): Promise<IncomingMessage> =>
    answerOf({ url, endpoint: place.endpoint, scope, agent, clock });
  return {
    open: (bucket, key) => ask(`/${[bucket, ...key.split('/')].map(encode).join('/')}`),
    list: async (bucket, prefix, after) => {
      const token = after === undefined ? '' : `continuation-token=${encode(after)}&`;
      return pageOf(await text(await ask(`/${encode(bucket)}?${token}list-type=2&prefix=${encode(prefix)}`)));
    },
    close: () => agent.destroy(),
  };
}

interface Asking {
  readonly url: string;
  readonly endpoint: string;
  readonly scope: SigningScope;
  readonly agent: Agent;
  readonly clock: Clock;
}

const TRIES = 3;
const PAUSE_MS = 50;

/** Tries again where S3 is busy or the connection breaks, as every client of S3 does. */
async function answerOf(asking: Asking): Promise<IncomingMessage> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await answerOnce(asking);
    } catch (error) {
      const isLasting = error instanceof Refusal && error.status < 500;
      if (isLasting || tries === TRIES) throw error;
      await delay(PAUSE_MS * tries);
    }
  }
}

async function answerOnce(asking: Asking): Promise<IncomingMessage> {
  const request = get(`${asking.endpoint}${asking.url}`, { agent: asking.agent, headers: headersOf(asking) });
  // Once the answer has begun it tells of a broken connection itself.
  request.on('error', () => undefined);
  const [answer]: IncomingMessage[] = await once(request, 'response');
  if (answer === undefined) throw new TypeError('An answer without a message.');
  if (answer.statusCode === 200) return answer;
  const refusal = parseXml(await text(answer));
  const told = (name: string): string =>
    (refusal === undefined ? undefined : childText(refusal, name)) ?? 'UnknownError';
  throw new Refusal(answer.statusCode ?? 0, told('Code'), told('Message'));
}

const EMPTY = hash('sha256', '');

function headersOf({ url, endpoint, scope, clock }: Asking): Record<string, string> {
  const headers = {
    host: new URL(endpoint).host,
    'x-amz-content-sha256': EMPTY,
    'x-amz-date': `${new Date(clock.now().epochMilliseconds).toISOString().slice(0, 19).replaceAll(/[-:]/g, '')}Z`,
  };
  return { ...headers, authorization: authorizationOf({ method: 'GET', url, headers, payloadHash: EMPTY }, scope) };
}

function pageOf(document: string): S3Page {
  const root = parseXml(document);
  if (root === undefined) throw new Refusal(200, 'MalformedXML', 'The list of objects cannot be read.');
  const objects = childrenNamed(root, 'Contents').map((entry) => ({
    key: childText(entry, 'Key') ?? '',
    bytes: Number(childText(entry, 'Size')),
  }));
  return { objects, next: childText(root, 'NextContinuationToken') };
}
