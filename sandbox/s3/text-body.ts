import { createHash } from 'node:crypto';

import { CHECKSUM_ALGORITHMS, checksumHeader, openHasher } from './checksum.ts';
import { S3Error } from './errors.ts';
import { type S3Request, header } from './message.ts';

const MOST_BYTES = 2 * 1024 * 1024;

/** A small request body as text, checked against the checksums that came with it. */
export async function readText(request: S3Request): Promise<string> {
  const body = await readAll(request);
  const claimedHash = header(request, 'x-amz-content-sha256') ?? '';
  if (/^[0-9a-f]{64}$/.test(claimedHash) && createHash('sha256').update(body).digest('hex') !== claimedHash) {
    throw new S3Error(
      'XAmzContentSHA256Mismatch',
      'The provided x-amz-content-sha256 header does not match what was computed.',
    );
  }
  if (!checksumsHold(request, body))
    throw new S3Error('BadDigest', 'The checksum you specified did not match what we received.');
  return body.toString('utf8');
}

/** Some operations insist on one. */
export function requireChecksum(request: S3Request): void {
  const names = ['content-md5', ...Object.keys(request.headers).filter((name) => name.startsWith('x-amz-checksum-'))];
  if (!names.some((name) => header(request, name) !== undefined)) {
    throw new S3Error('InvalidRequest', 'Missing required header for this request: Content-MD5 or x-amz-checksum-*.');
  }
}

function checksumsHold(request: S3Request, body: Buffer): boolean {
  const contentMd5 = header(request, 'content-md5');
  if (contentMd5 !== undefined && createHash('md5').update(body).digest('base64') !== contentMd5) return false;
  return CHECKSUM_ALGORITHMS.every((algorithm) => {
    const claimed = header(request, checksumHeader(algorithm));
    if (claimed === undefined) return true;
    const hasher = openHasher(algorithm);
    hasher.update(body);
    return hasher.digest().toString('base64') === claimed;
  });
}

async function readAll(request: S3Request): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request.body) {
    if (!Buffer.isBuffer(chunk)) continue;
    bytes += chunk.length;
    if (bytes > MOST_BYTES)
      throw new S3Error('MalformedXML', `The request document is longer than ${MOST_BYTES} bytes.`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
