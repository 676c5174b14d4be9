import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';

/** The additional checksums that this stand-in computes. S3 also knows CRC32C and CRC64NVME. */
export const CHECKSUM_ALGORITHMS = ['CRC32', 'SHA1', 'SHA256'] as const;
export type ChecksumAlgorithm = (typeof CHECKSUM_ALGORITHMS)[number];

/** A checksum as S3 keeps it: base64, with `-N` behind it for an object made from N parts. */
export interface Checksum {
  readonly algorithm: ChecksumAlgorithm;
  readonly value: string;
}

export interface Hasher {
  readonly update: (chunk: Buffer) => void;
  readonly digest: () => Buffer;
}

export function openHasher(algorithm: ChecksumAlgorithm | 'MD5'): Hasher {
  if (algorithm === 'CRC32') return crcHasher();
  const hash = createHash(algorithm.toLowerCase());
  return { update: (chunk) => void hash.update(chunk), digest: () => hash.digest() };
}

/** The checksum of the checksums of all parts. */
export function compositeChecksum(algorithm: ChecksumAlgorithm, parts: readonly string[]): Checksum {
  const hasher = openHasher(algorithm);
  for (const part of parts) hasher.update(Buffer.from(part, 'base64'));
  return { algorithm, value: `${hasher.digest().toString('base64')}-${parts.length}` };
}

/** The quoted ETag of an object made from parts: md5 of the binary md5s, and their number. */
export function compositeEtag(parts: readonly string[]): string {
  const hash = createHash('md5');
  for (const part of parts) hash.update(Buffer.from(part.replaceAll('"', ''), 'hex'));
  return `"${hash.digest('hex')}-${parts.length}"`;
}

export function checksumHeader(algorithm: ChecksumAlgorithm): string {
  return `x-amz-checksum-${algorithm.toLowerCase()}`;
}

function crcHasher(): Hasher {
  let value = 0;
  return {
    update: (chunk) => {
      value = crc32(chunk, value);
    },
    digest: () => {
      const bytes = Buffer.alloc(4);
      bytes.writeUInt32BE(value);
      return bytes;
    },
  };
}
