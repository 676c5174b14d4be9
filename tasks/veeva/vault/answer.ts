import type { Readable } from 'node:stream';

import { z } from 'zod';

import { connectionFailure, type VaultProblem } from '../errors.ts';
import type { HttpReply } from './http.ts';

/** What Vault answered, sorted by its content: failures come with HTTP status 200 too. */
export type Answer =
  | { readonly kind: 'json'; readonly value: unknown; readonly contentType: string }
  | { readonly kind: 'bytes'; readonly body: Readable; readonly header: HttpReply['header'] }
  | { readonly kind: 'problem'; readonly problem: VaultProblem };

interface Asked {
  readonly action: string;
  readonly url: URL;
  readonly signal: AbortSignal;
  /** What the bytes of a file come as; default `application/octet-stream`. */
  readonly contentType?: string;
}

const Envelope = z.object({
  responseStatus: z.string(),
  errorType: z.string().optional(),
  errors: z
    .array(z.object({ type: z.string().default('UNEXPECTED_ERROR'), message: z.string().default('no message') }))
    .nullish(),
});

/** Reads the body unless it is the bytes of a file. */
export async function readAnswer(reply: HttpReply, asked: Asked): Promise<Answer> {
  const contentType = reply.header('content-type') ?? 'an answer without content type';
  if (reply.status === 200 && contentType.startsWith(asked.contentType ?? 'application/octet-stream'))
    return { kind: 'bytes', body: reply.body, header: reply.header };
  const text = await readText(reply, asked);
  const json = parse(text);
  const envelope = Envelope.safeParse(json);
  if (!envelope.success) return { kind: 'problem', problem: foreign(reply, asked, contentType) };
  const { responseStatus, errors, errorType } = envelope.data;
  if (responseStatus === 'SUCCESS' || responseStatus === 'WARNING') return { kind: 'json', value: json, contentType };
  const [error = { type: errorType ?? 'UNEXPECTED_ERROR', message: 'no message' }] = errors ?? [];
  return { kind: 'problem', problem: { ...problemBase(reply, asked), ...error, responseStatus } };
}

async function readText(reply: HttpReply, { signal, url }: Asked): Promise<string> {
  try {
    return await reply.body.text();
  } catch (error) {
    signal.throwIfAborted();
    throw connectionFailure(error, `${url.host}${url.pathname}`);
  }
}

/** Not Vault's JSON: a gateway, a maintenance page, a wrong address. */
function foreign(reply: HttpReply, asked: Asked, contentType: string): VaultProblem {
  return { ...problemBase(reply, asked), type: '', message: `answered ${contentType}`, responseStatus: '' };
}

function problemBase(
  reply: HttpReply,
  { action }: Asked,
): Pick<VaultProblem, 'action' | 'httpStatus' | 'retryAfterMs'> {
  return { action, httpStatus: reply.status, retryAfterMs: retryAfter(reply) };
}

/** Vault announces minutes during its releases; gateways use the general header. */
function retryAfter(reply: HttpReply): number | undefined {
  const minutes = Number(reply.header('x-vaultapi-downtimeexpecteddurationminutes') ?? 0);
  const seconds = Number(reply.header('retry-after') ?? 0);
  const ms = minutes * 60_000 || seconds * 1000;
  return ms > 0 ? ms : undefined;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
