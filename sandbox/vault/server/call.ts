import type { IncomingMessage } from 'node:http';
import { buffer } from 'node:stream/consumers';
import type { Endpoint } from '../faults/fault.ts';

/** A request that was recognised. */
export interface Call {
  readonly endpoint: Endpoint;
  /** `v25.1`; empty for the list of versions. */
  readonly version: string;
  readonly query: URLSearchParams;
  /** The part that is asked for. */
  readonly part: string;
  /** The document version that is asked for: `101_0_1`. */
  readonly document: string;
  readonly session: string;
  readonly request: IncomingMessage;
}

interface Route {
  readonly endpoint: Endpoint;
  readonly method: string;
  readonly path: RegExp;
}

const ROUTES: readonly Route[] = [
  { endpoint: 'versions', method: 'GET', path: /^\/api\/?$/ },
  { endpoint: 'auth', method: 'POST', path: /^\/api\/(?<version>[^/]+)\/auth$/ },
  { endpoint: 'keep_alive', method: 'POST', path: /^\/api\/(?<version>[^/]+)\/keep-alive$/ },
  { endpoint: 'session', method: 'DELETE', path: /^\/api\/(?<version>[^/]+)\/session$/ },
  { endpoint: 'me', method: 'GET', path: /^\/api\/(?<version>[^/]+)\/objects\/users\/me$/ },
  { endpoint: 'list', method: 'GET', path: /^\/api\/(?<version>[^/]+)\/services\/directdata\/files$/ },
  {
    endpoint: 'download',
    method: 'GET',
    path: /^\/api\/(?<version>[^/]+)\/services\/directdata\/(?:private\/)?files\/(?<part>[^/]+)$/,
  },
  { endpoint: 'document_file', method: 'GET', path: documentPath('file') },
  { endpoint: 'document_text', method: 'GET', path: documentPath('text') },
];

function documentPath(content: string): RegExp {
  return new RegExp(
    `^/api/(?<version>[^/]+)/objects/documents/(?<id>[^/]+)/versions/(?<major>[^/]+)/(?<minor>[^/]+)/${content}$`,
  );
}

export type Recognised =
  | { readonly kind: 'call'; readonly call: Call }
  | { readonly kind: 'unknown' }
  | { readonly kind: 'wrong_method' };

export function recognise(request: IncomingMessage): Recognised {
  const url = new URL(request.url ?? '/', 'http://vault');
  const matches = ROUTES.flatMap((route) => {
    const match = route.path.exec(url.pathname);
    return match === null ? [] : [{ route, groups: match.groups ?? {} }];
  });
  if (matches.length === 0) return { kind: 'unknown' };
  const match = matches.find(({ route }) => route.method === request.method);
  if (match === undefined) return { kind: 'wrong_method' };
  const { version = '', part = '', id, major, minor } = match.groups;
  const session = (request.headers.authorization ?? '').replace(/^Bearer /, '');
  const call = {
    endpoint: match.route.endpoint,
    version,
    part: decodeURIComponent(part),
    document: id === undefined ? '' : `${id}_${major}_${minor}`,
    query: url.searchParams,
    session,
    request,
  };
  return { kind: 'call', call };
}

/** The fields of a form, url-encoded or multipart. */
export async function readForm(request: IncomingMessage): Promise<ReadonlyMap<string, string>> {
  const headers = { 'content-type': request.headers['content-type'] ?? '' };
  const form = await new Response(await buffer(request), { headers }).formData();
  return new Map([...form].flatMap(([name, value]) => (typeof value === 'string' ? [[name, value] as const] : [])));
}
