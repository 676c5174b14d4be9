import type { Facts, StoredVersion } from '../bucket-state.ts';
import type { Bucket } from '../bucket.ts';
import { checksumHeader } from '../checksum.ts';
import { S3Error } from '../errors.ts';
import { type S3Request, header } from '../message.ts';

const META = 'x-amz-meta-';
const MOST_METADATA_BYTES = 2048;
const LONGEST_KEY_BYTES = 1024;
const KEPT_HEADERS = [
  'cache-control',
  'content-disposition',
  'content-language',
  'expires',
  'x-amz-storage-class',
  'x-amz-server-side-encryption',
  'x-amz-server-side-encryption-aws-kms-key-id',
] as const;

/** What the client wants kept beside the bytes. */
export function factsOf(request: S3Request): Facts {
  if (Buffer.byteLength(request.key) > LONGEST_KEY_BYTES)
    throw new S3Error('KeyTooLongError', 'Your key is too long: at most 1024 bytes.');
  const metadata = Object.fromEntries(
    Object.keys(request.headers)
      .filter((name) => name.startsWith(META))
      .map((name) => [name.slice(META.length), header(request, name) ?? '']),
  );
  const bytes = Object.entries(metadata).reduce(
    (sum, [name, value]) => sum + Buffer.byteLength(name) + Buffer.byteLength(value),
    0,
  );
  if (bytes > MOST_METADATA_BYTES)
    throw new S3Error('MetadataTooLarge', 'Your metadata headers exceed the maximum allowed size of 2 KB.');
  const kept = KEPT_HEADERS.map((name) => [name, header(request, name)] as const).filter(
    ([, value]) => value !== undefined,
  );
  const encoding = (header(request, 'content-encoding') ?? '').split(',').map((item) => item.trim());
  const real = encoding.filter((item) => item !== 'aws-chunked' && item !== '').join(',');
  return {
    contentType: header(request, 'content-type') ?? 'binary/octet-stream',
    headers: {
      ...Object.fromEntries(kept.map(([name, value]) => [name, value ?? ''])),
      ...(real === '' ? {} : { 'content-encoding': real }),
    },
    metadata,
  };
}

export function tagsOf(request: S3Request): Record<string, string> {
  return Object.fromEntries(new URLSearchParams(header(request, 'x-amz-tagging') ?? ''));
}

/** Headers that GetObject and HeadObject share. */
export function objectHeaders(version: StoredVersion, bucket: Bucket): Record<string, string | undefined> {
  const tags = Object.keys(version.tags).length;
  return {
    ...version.facts.headers,
    ...Object.fromEntries(Object.entries(version.facts.metadata).map(([name, value]) => [META + name, value])),
    'accept-ranges': 'bytes',
    'content-type': version.facts.contentType,
    'last-modified': new Date(version.modified).toUTCString(),
    'x-amz-tagging-count': tags === 0 ? undefined : String(tags),
    etag: version.etag,
    ...versionHeader(version.versionId, bucket),
  };
}

/** Headers of a successful write. */
export function writeHeaders(version: StoredVersion, bucket: Bucket): Record<string, string | undefined> {
  const encryption = Object.entries(version.facts.headers).filter(([name]) => name.startsWith('x-amz-server-side'));
  return {
    etag: version.etag,
    ...Object.fromEntries(encryption),
    ...checksumHeaders(version),
    ...versionHeader(version.versionId, bucket),
  };
}

export function checksumHeaders(version: StoredVersion): Record<string, string> {
  const { checksum } = version;
  if (checksum === undefined) return {};
  const type = checksum.value.includes('-') ? 'COMPOSITE' : 'FULL_OBJECT';
  return { [checksumHeader(checksum.algorithm)]: checksum.value, 'x-amz-checksum-type': type };
}

export function versionHeader(versionId: string, bucket: Bucket): Record<string, string> {
  return bucket.versioning === 'Off' ? {} : { 'x-amz-version-id': versionId };
}
