import { type KeyObject, createHmac, createSecretKey, hash, timingSafeEqual } from 'node:crypto';

/** A request as it arrived. */
export interface SignedRequest {
  readonly method: string;
  /** Path and query exactly as sent. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** Hex SHA-256 of the body; for S3 the header `x-amz-content-sha256` as sent. */
  readonly payloadHash: string;
}

/** Whose signature is accepted, and for what. `service` is the signing name: `s3`, `redshift-data`, `sns`. */
export interface SigningScope {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly region: string;
  readonly service: string;
  /** Signing keys by day, so that each is derived once. */
  readonly keys: Map<string, KeyObject>;
}

export const SIGNATURE_REFUSALS = [
  'missing',
  'malformed',
  'unknown_key',
  'wrong_scope',
  'too_skewed',
  'mismatch',
] as const;
export type SignatureRefusal = (typeof SIGNATURE_REFUSALS)[number];

export type SignatureVerdict =
  | { readonly kind: 'valid' }
  | { readonly kind: 'refused'; readonly reason: SignatureRefusal; readonly message: string };

const MOST_SKEW_MS = 15 * 60_000;

/** Checks an AWS Signature Version 4 in the `Authorization` header, as every AWS service does before anything else. */
export function verifySignature(request: SignedRequest, scope: SigningScope, nowMs: number): SignatureVerdict {
  const header = headerText(request, 'authorization');
  if (header === undefined) return refused('missing', 'The request carries no Authorization header.');
  const parts = authorizationParts(header);
  const signedAt = headerText(request, 'x-amz-date') ?? '';
  const moment = compactDateMs(signedAt);
  if (parts === undefined || moment === undefined) {
    return refused(
      'malformed',
      'Expected "AWS4-HMAC-SHA256 Credential=…, SignedHeaders=…, Signature=…" and the header x-amz-date.',
    );
  }
  if (parts.accessKeyId !== scope.accessKeyId) {
    return refused('unknown_key', `The access key id "${parts.accessKeyId}" does not exist here.`);
  }
  const expectedScope = scopeText(scope, signedAt);
  if (parts.scope !== expectedScope) {
    return refused('wrong_scope', `The credential is scoped to "${parts.scope}"; expected "${expectedScope}".`);
  }
  if (Math.abs(moment - nowMs) > MOST_SKEW_MS) {
    return refused(
      'too_skewed',
      `The request was signed at ${signedAt}, more than 15 minutes away from the server's clock.`,
    );
  }
  const expected = signatureOf(request, scope, { signedAt, headers: parts.signedHeaders });
  return sameBytes(expected, Buffer.from(parts.signature, 'hex'))
    ? { kind: 'valid' }
    : refused('mismatch', 'The signature does not match. Check the secret access key and the signing method.');
}

/** The `Authorization` header of a request that carries `x-amz-date`; all of its headers are signed. */
export function authorizationOf(request: SignedRequest, scope: SigningScope): string {
  const headers = Object.keys(request.headers).toSorted();
  const signedAt = headerText(request, 'x-amz-date') ?? '';
  const signature = signatureOf(request, scope, { signedAt, headers }).toString('hex');
  const credential = `${scope.accessKeyId}/${scopeText(scope, signedAt)}`;
  return `AWS4-HMAC-SHA256 Credential=${credential}, SignedHeaders=${headers.join(';')}, Signature=${signature}`;
}

interface Signing {
  readonly signedAt: string;
  readonly headers: readonly string[];
}

function signatureOf(request: SignedRequest, scope: SigningScope, { signedAt, headers }: Signing): Buffer {
  const canonical = hash('sha256', canonicalRequest(request, scope, headers));
  const text = ['AWS4-HMAC-SHA256', signedAt, scopeText(scope, signedAt), canonical].join('\n');
  return hmac(signingKey(scope, dayOf(signedAt)), text);
}

function scopeText({ region, service }: SigningScope, signedAt: string): string {
  return `${dayOf(signedAt)}/${region}/${service}/aws4_request`;
}

function dayOf(signedAt: string): string {
  return signedAt.slice(0, 8);
}

interface AuthorizationParts {
  readonly accessKeyId: string;
  readonly scope: string;
  readonly signedHeaders: readonly string[];
  readonly signature: string;
}

const AUTHORIZATION =
  /^AWS4-HMAC-SHA256 +Credential=(?<id>[^/,\s]+)\/(?<scope>[^,\s]+), *SignedHeaders=(?<headers>[^,\s]+), *Signature=(?<signature>[0-9a-f]{64})$/;

function authorizationParts(header: string): AuthorizationParts | undefined {
  const groups = AUTHORIZATION.exec(header)?.groups;
  if (groups === undefined) return undefined;
  const { id = '', scope = '', headers = '', signature = '' } = groups;
  return { accessKeyId: id, scope, signedHeaders: headers.split(';'), signature };
}

function canonicalRequest(request: SignedRequest, scope: SigningScope, signedHeaders: readonly string[]): string {
  const [path = '/', query = ''] = splitOnce(request.url, '?');
  const once = path
    .split('/')
    .map((part) => encode(decodeURIComponent(part)))
    .join('/');
  // S3 alone signs the path encoded once; every other service encodes it twice.
  const canonicalPath = scope.service === 's3' ? once : once.split('/').map(encode).join('/');
  const headers = signedHeaders.map(
    (name) => `${name}:${(headerText(request, name) ?? '').trim().replaceAll(/ +/g, ' ')}\n`,
  );
  return [
    request.method,
    canonicalPath,
    canonicalQuery(query),
    headers.join(''),
    signedHeaders.join(';'),
    request.payloadHash,
  ].join('\n');
}

function canonicalQuery(query: string): string {
  if (query === '') return '';
  const pairs = query.split('&').map((pair) => {
    const [name = '', value = ''] = splitOnce(pair, '=');
    return `${encode(decodeURIComponent(name))}=${encode(decodeURIComponent(value))}`;
  });
  return pairs.toSorted((a, b) => (a < b ? -1 : 1)).join('&');
}

function splitOnce(text: string, mark: string): readonly string[] {
  const at = text.indexOf(mark);
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + 1)];
}

/** Percent-encoding as AWS signs it. */
export function encode(text: string): string {
  return encodeURIComponent(text).replaceAll(/[!'()*]/g, (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`);
}

function headerText(request: SignedRequest, name: string): string | undefined {
  const value = request.headers[name];
  return typeof value === 'string' || value === undefined ? value : value.join(',');
}

function compactDateMs(text: string): number | undefined {
  const iso = text.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z');
  const moment = iso === text ? Number.NaN : Date.parse(iso);
  return Number.isNaN(moment) ? undefined : moment;
}

/** Asked only for the clock's own days: a signature of another day is refused before. */
function signingKey(scope: SigningScope, day: string): KeyObject {
  const known = scope.keys.get(day);
  if (known !== undefined) return known;
  const key = [day, scope.region, scope.service, 'aws4_request'].reduce(
    (before, text) => createSecretKey(hmac(before, text)),
    createSecretKey(`AWS4${scope.secretAccessKey}`, 'utf8'),
  );
  scope.keys.set(day, key);
  return key;
}

function hmac(key: KeyObject, text: string): Buffer {
  return createHmac('sha256', key).update(text, 'utf8').digest();
}

function sameBytes(a: Buffer, b: Buffer): boolean {
  return a.length === b.length && timingSafeEqual(a, b);
}

function refused(reason: SignatureRefusal, message: string): SignatureVerdict {
  return { kind: 'refused', reason, message };
}
