import type { Readable } from 'node:stream';

import type { Blobs } from './blobs.ts';
import {
  CHECKSUM_ALGORITHMS,
  type Checksum,
  type ChecksumAlgorithm,
  type Hasher,
  checksumHeader,
  openHasher,
} from './checksum.ts';
import { unframed } from './chunked.ts';
import { S3Error } from './errors.ts';
import { type S3Request, header } from './message.ts';

/** A body that lies on disk, verified, and belongs to no object yet. */
export interface Payload {
  readonly blob: string;
  readonly bytes: number;
  readonly etag: string;
  readonly checksum?: Checksum;
}

const MOST_BYTES = 5 * 1024 ** 3;

/** Streams a request's body to disk and checks it against everything that the client said about it. */
export async function receive(request: S3Request, blobs: Blobs): Promise<Payload> {
  const claims = claimsOf(request);
  const trailers = new Map<string, string>();
  const hashers = hashersFor(claims);
  const source = claims.framed ? unframed(request.body, trailers) : request.body;
  const written = await blobs.write(watched(source, hashers));
  try {
    return verified({ request, claims, trailers, hashers }, written);
  } catch (error) {
    blobs.remove([written.blob]);
    throw error;
  }
}

/** Streams bytes that need no check, such as those of a copied object. */
export async function store(source: Readable, blobs: Blobs, algorithm?: ChecksumAlgorithm): Promise<Payload> {
  const hashers: Hashers = new Map([['MD5', openHasher('MD5')]]);
  if (algorithm !== undefined) hashers.set(algorithm, openHasher(algorithm));
  const written = await blobs.write(watched(source, hashers));
  const value = algorithm === undefined ? undefined : hashers.get(algorithm)?.digest().toString('base64');
  const etag = `"${digestOf(hashers, 'MD5').toString('hex')}"`;
  return {
    ...written,
    etag,
    ...(algorithm === undefined || value === undefined ? {} : { checksum: { algorithm, value } }),
  };
}

type Hashers = Map<ChecksumAlgorithm | 'MD5', Hasher>;

interface Claims {
  readonly framed: boolean;
  readonly bytes: number | undefined;
  readonly sha256: string | undefined;
  readonly algorithm: ChecksumAlgorithm | undefined;
}

function claimsOf(request: S3Request): Claims {
  const contentHash = header(request, 'x-amz-content-sha256') ?? '';
  const framed = contentHash.startsWith('STREAMING-');
  const length = header(request, framed ? 'x-amz-decoded-content-length' : 'content-length');
  if (length === undefined)
    throw new S3Error('MissingContentLength', 'You must provide the Content-Length HTTP header.');
  if (Number(length) > MOST_BYTES)
    throw new S3Error('EntityTooLarge', 'Your proposed upload exceeds the maximum allowed size of 5 GiB.');
  return {
    framed,
    bytes: Number(length),
    sha256: /^[0-9a-f]{64}$/.test(contentHash) ? contentHash : undefined,
    algorithm: claimedAlgorithm(request),
  };
}

function claimedAlgorithm(request: S3Request): ChecksumAlgorithm | undefined {
  const names = [...Object.keys(request.headers), ...(header(request, 'x-amz-trailer') ?? '').split(',')];
  const claimed = names
    .map((name) => /^x-amz-checksum-(?!algorithm|mode|type)(\w+)$/.exec(name.trim().toLowerCase())?.[1])
    .find((name) => name !== undefined);
  if (claimed === undefined) return undefined;
  const known = CHECKSUM_ALGORITHMS.find((algorithm) => algorithm.toLowerCase() === claimed);
  if (known === undefined)
    throw new S3Error(
      'NotImplemented',
      `This stand-in does not compute ${claimed}; use ${CHECKSUM_ALGORITHMS.join(', ')}.`,
    );
  return known;
}

function hashersFor(claims: Claims): Hashers {
  const hashers: Hashers = new Map([['MD5', openHasher('MD5')]]);
  if (claims.sha256 !== undefined) hashers.set('SHA256', openHasher('SHA256'));
  if (claims.algorithm !== undefined) hashers.set(claims.algorithm, openHasher(claims.algorithm));
  return hashers;
}

async function* watched(source: AsyncIterable<unknown>, hashers: Hashers): AsyncGenerator<Buffer> {
  for await (const chunk of source) {
    if (!Buffer.isBuffer(chunk)) continue;
    for (const hasher of hashers.values()) hasher.update(chunk);
    yield chunk;
  }
}

interface Receipt {
  readonly request: S3Request;
  readonly claims: Claims;
  readonly trailers: ReadonlyMap<string, string>;
  readonly hashers: Hashers;
}

function verified(receipt: Receipt, written: { readonly blob: string; readonly bytes: number }): Payload {
  const { request, claims, hashers } = receipt;
  if (written.bytes !== claims.bytes) {
    throw new S3Error(
      'IncompleteBody',
      `The request body holds ${written.bytes} bytes; its headers promise ${claims.bytes}.`,
    );
  }
  const digests = new Map([...hashers].map(([name, hasher]) => [name, hasher.digest()]));
  const md5 = digests.get('MD5') ?? Buffer.alloc(0);
  if (claims.sha256 !== undefined && digests.get('SHA256')?.toString('hex') !== claims.sha256) {
    throw new S3Error(
      'XAmzContentSHA256Mismatch',
      'The provided x-amz-content-sha256 header does not match what was computed.',
    );
  }
  const contentMd5 = header(request, 'content-md5');
  if (contentMd5 !== undefined && contentMd5 !== md5.toString('base64')) {
    throw new S3Error('BadDigest', 'The Content-MD5 you specified did not match what we received.');
  }
  const checksum = verifiedChecksum(receipt, digests);
  return { ...written, etag: `"${md5.toString('hex')}"`, ...(checksum === undefined ? {} : { checksum }) };
}

function verifiedChecksum(receipt: Receipt, digests: ReadonlyMap<string, Buffer>): Checksum | undefined {
  const { algorithm } = receipt.claims;
  if (algorithm === undefined) return undefined;
  const name = checksumHeader(algorithm);
  const claimed = header(receipt.request, name) ?? receipt.trailers.get(name);
  const value = digests.get(algorithm)?.toString('base64') ?? '';
  if (claimed !== value)
    throw new S3Error('BadDigest', `The ${algorithm} you specified did not match the calculated checksum.`);
  return { algorithm, value };
}

function digestOf(hashers: Hashers, name: 'MD5'): Buffer {
  return hashers.get(name)?.digest() ?? Buffer.alloc(0);
}
