import type { Readable } from 'node:stream';

import { type Closable, type Log, RemoteFailure, type Secret, type Temporal, seconds } from '#framework';

import type { VaultSettings } from './config.ts';
import { vaultFailure } from './errors.ts';
import { type ExtractKind, KIND_FACTS } from './files/extract-kind.ts';
import { type DocumentContent, contentAddress } from './documents/content-address.ts';
import { fileNameOf } from './documents/file-name.ts';
import { type FilePart, type ListedItem, readFileList } from './files/file-list.ts';
import { type Answer, readAnswer } from './vault/answer.ts';
import { type Http, openHttp } from './vault/http.ts';
import { readLogin } from './vault/login.ts';
import { partAddress } from './vault/part-address.ts';
import { type RetryPolicy, withRetries } from './vault/retry.ts';
import { type Session, keepSession } from './vault/session.ts';

export interface ListQuery {
  readonly kind: ExtractKind;
  readonly from: Temporal.Instant;
  readonly to: Temporal.Instant | undefined;
}

export interface CallOptions {
  readonly signal: AbortSignal;
  /** Appears in Vault's own API usage logs, so that a call there can be traced to a window here. */
  readonly reference?: string;
}

export type Listing =
  | { readonly kind: 'listed'; readonly items: readonly ListedItem[] }
  /** Vault has not built the first Full yet. */
  | { readonly kind: 'none_yet'; readonly reason: string };

/** The calls to Vault that Direct Data needs. */
export interface VaultClient extends Closable {
  readonly list: (query: ListQuery, options: CallOptions) => Promise<Listing>;
  /** The bytes of a part, once; a failure while they flow is the caller's to retry. */
  readonly openPart: (part: FilePart, options: CallOptions) => Promise<Readable>;
}

/** The call that the content of documents needs. */
export interface DocumentClient {
  /** Source file or text of a document version, once. */
  readonly openContent: (content: DocumentContent, options: CallOptions) => Promise<OpenedContent>;
}

export interface OpenedContent {
  readonly body: Readable;
  /** As Vault names it; a text has none. */
  readonly fileName: string | undefined;
  /** Share of the calls that Vault still answers without delay, from 0 to 1; undefined where it does not say. */
  readonly burstLeft: number | undefined;
}

export interface VaultClientTools {
  readonly password: Secret;
  readonly log: Log;
  readonly retry?: RetryPolicy;
}

const USUAL_RETRY: RetryPolicy = { retries: 4, firstDelay: seconds(1) };

export function openVaultClient(settings: VaultSettings, tools: VaultClientTools): VaultClient & DocumentClient {
  const { log } = tools;
  const policy = tools.retry ?? USUAL_RETRY;
  const http = openHttp(settings);
  const closing = new AbortController();
  const session = keepSession(() =>
    withRetries({ policy, signal: closing.signal, log }, () =>
      logIn({ settings, tools, http, signal: closing.signal }),
    ),
  );

  const authorised = async (call: Call): Promise<Answer> => {
    const first = await session.current(call.signal);
    const answer = await send(http, call, sessionHeaders(settings, first, call));
    if (!isExpired(answer)) return answer;
    session.forget(first);
    log.info('Vault ended the session, logging in again');
    return send(http, call, sessionHeaders(settings, await session.current(call.signal), call));
  };

  const tried = (call: Call, read: (answer: Answer) => Promise<Listing> | Listing): Promise<Listing> =>
    withRetries({ policy, signal: call.signal, log }, async () => read(await authorised(call)));

  return {
    list: (query, options) =>
      tried(
        { method: 'GET', action: 'list Direct Data files', url: listAddress(settings, query), log, ...options },
        (answer) => readListing(answer, log),
      ),
    openPart: async (part, options) => {
      const action = `fetch the part ${part.name}`;
      const url = partAddress(part, settings);
      return (await openBytes(authorised, { method: 'GET', action, url, log, ...options })).body;
    },
    openContent: async (content, options) => {
      const action = `fetch the ${content.part} of document version ${content.version}`;
      const url = contentAddress(content, settings);
      const contentType = content.part === 'text' ? 'text/plain' : 'application/octet-stream';
      const { body, header } = await openBytes(authorised, {
        method: 'GET',
        action,
        url,
        log,
        contentType,
        ...options,
      });
      return { body, fileName: fileNameOf(header('content-disposition')), burstLeft: burstLeft(header) };
    },
    close: async () => {
      closing.abort();
      await http.close();
    },
  };
}

interface Call extends CallOptions {
  readonly method: 'GET' | 'POST';
  readonly action: string;
  readonly url: URL;
  readonly body?: string;
  readonly log: Log;
  readonly contentType?: string;
}

interface LoginParts {
  readonly settings: VaultSettings;
  readonly tools: VaultClientTools;
  readonly http: Http;
  readonly signal: AbortSignal;
}

async function logIn({ settings, tools, http, signal }: LoginParts): Promise<Session> {
  const url = new URL(`/api/${settings.apiVersion}/auth`, settings.url);
  const form = new URLSearchParams({ username: settings.username, password: tools.password.reveal() });
  // Through a stand-in or a proxy the address does not name the Vault, so the login must.
  if (url.host !== settings.host) form.set('vaultDNS', settings.host);
  const headers = { ...plainHeaders(settings), 'content-type': 'application/x-www-form-urlencoded' };
  const call: Call = {
    method: 'POST',
    action: `log in as ${settings.username}`,
    url,
    body: form.toString(),
    signal,
    log: tools.log,
  };
  return readLogin(await jsonOf(await send(http, call, headers)), settings);
}

async function send(http: Http, call: Call, headers: Readonly<Record<string, string>>): Promise<Answer> {
  const { method, url, signal, body } = call;
  const reply = await http.send({ method, url, headers, signal, ...(body === undefined ? {} : { body }) });
  const delayed = reply.header('x-vaultapi-responsedelay');
  if (delayed !== undefined)
    call.log.warn('Vault delayed its answer: the burst limit is used up', {
      action: call.action,
      delayMs: Number(delayed),
    });
  return readAnswer(reply, call);
}

function plainHeaders(settings: VaultSettings): Readonly<Record<string, string>> {
  return { accept: 'application/json', 'x-vaultapi-clientid': settings.clientId };
}

function sessionHeaders(
  settings: VaultSettings,
  session: Session,
  { reference }: CallOptions,
): Readonly<Record<string, string>> {
  return {
    ...plainHeaders(settings),
    authorization: session.id,
    ...(reference === undefined ? {} : { 'x-vaultapi-referenceid': reference }),
  };
}

function isExpired(answer: Answer): boolean {
  return answer.kind === 'problem' && answer.problem.type === 'INVALID_SESSION_ID';
}

type Bytes = Extract<Answer, { readonly kind: 'bytes' }>;

async function openBytes(authorised: (call: Call) => Promise<Answer>, call: Call): Promise<Bytes> {
  const answer = await authorised(call);
  if (answer.kind === 'bytes') return answer;
  if (answer.kind === 'problem') throw vaultFailure(answer.problem);
  throw new RemoteFailure(
    'E_VAULT_NOT_BYTES',
    `Vault was to ${call.action} and answered ${answer.contentType} instead of the bytes of the file.`,
  );
}

function burstLeft(header: Bytes['header']): number | undefined {
  const [limit, remaining] = [header('x-vaultapi-burstlimit'), header('x-vaultapi-burstlimitremaining')].map(Number);
  const share = (remaining ?? Number.NaN) / (limit ?? Number.NaN);
  return Number.isFinite(share) ? share : undefined;
}

async function jsonOf(answer: Answer): Promise<unknown> {
  if (answer.kind === 'json') return answer.value;
  if (answer.kind === 'problem') throw vaultFailure(answer.problem);
  answer.body.destroy();
  throw new RemoteFailure(
    'E_VAULT_NOT_JSON',
    'Vault answered with a file where its JSON was expected. Check VAULT_URL or VAULT_DNS.',
  );
}

/** The type of this error is not documented, its text is. */
const FIRST_FULL_PENDING = /initial file (is )?being generated/i;

async function readListing(answer: Answer, log: Log): Promise<Listing> {
  if (answer.kind === 'problem' && FIRST_FULL_PENDING.test(answer.problem.message)) {
    return {
      kind: 'none_yet',
      reason: `Vault is still building its first Direct Data file (${answer.problem.message})`,
    };
  }
  const { items, ignored } = readFileList(await jsonOf(answer));
  if (ignored.length > 0)
    log.warn('Vault lists files of a kind that Windrow does not know', { names: ignored.slice(0, 10) });
  return { kind: 'listed', items };
}

function listAddress(settings: VaultSettings, { kind, from, to }: ListQuery): URL {
  const url = new URL(`/api/${settings.apiVersion}/services/directdata/files`, settings.url);
  url.searchParams.set('extract_type', KIND_FACTS[kind].extractType);
  url.searchParams.set('start_time', minuteText(from));
  if (to !== undefined) url.searchParams.set('stop_time', minuteText(to));
  return url;
}

/** Minutes without seconds: the form that Vault's own tools send. */
function minuteText(instant: Temporal.Instant): string {
  return instant.toString({ smallestUnit: 'minute' });
}
