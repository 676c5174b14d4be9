import type { StoredVersion } from '../bucket-state.ts';
import type { Bucket } from '../bucket.ts';
import { checkCopySource, checkRead, checkWrite } from '../conditions.ts';
import { S3Error } from '../errors.ts';
import { type S3Answer, type S3Request, header } from '../message.ts';
import { type Payload, receive, store } from '../payload.ts';
import { readRange } from '../range.ts';
import { XML_HEADER, element } from '../../aws/xml.ts';
import { checksumHeaders, factsOf, objectHeaders, tagsOf, versionHeader, writeHeaders } from './facts.ts';
import type { Tools } from './tools.ts';

export async function putObject(request: S3Request, tools: Tools): Promise<S3Answer> {
  const bucket = tools.storage.bucket(request.bucket);
  const facts = factsOf(request);
  const payload = await receive(request, bucket.blobs);
  const version = commitPayload({ request, bucket, tools, payload }, { facts, tags: tagsOf(request) });
  return { status: 200, headers: writeHeaders(version, bucket) };
}

export function getObject(request: S3Request, tools: Tools): S3Answer {
  const bucket = tools.storage.bucket(request.bucket);
  const version = existing(request, bucket);
  const headers = objectHeaders(version, bucket);
  if (checkRead(request, version) === 'not_modified') return { status: 304, headers };
  const range = readRange(header(request, 'range'), version.bytes);
  const { from, to } = range ?? { from: 0, to: version.bytes - 1 };
  const isWhole = range === undefined && header(request, 'x-amz-checksum-mode') === 'ENABLED';
  return {
    status: range === undefined ? 200 : 206,
    headers: {
      ...headers,
      ...(isWhole ? checksumHeaders(version) : {}),
      'content-length': String(to - from + 1),
      'content-range': range === undefined ? undefined : `bytes ${from}-${to}/${version.bytes}`,
    },
    body: bucket.blobs.readSmall(version.segments, from, to) ?? bucket.blobs.read(version.segments, from, to),
  };
}

export function headObject(request: S3Request, tools: Tools): S3Answer {
  const bucket = tools.storage.bucket(request.bucket);
  const version = existing(request, bucket);
  const headers = { ...objectHeaders(version, bucket), 'content-length': String(version.bytes) };
  if (checkRead(request, version) === 'not_modified') return { status: 304, headers: objectHeaders(version, bucket) };
  const isAsked = header(request, 'x-amz-checksum-mode') === 'ENABLED';
  return { status: 200, headers: isAsked ? { ...headers, ...checksumHeaders(version) } : headers };
}

export async function copyObject(request: S3Request, tools: Tools): Promise<S3Answer> {
  const bucket = tools.storage.bucket(request.bucket);
  const { source, from, isSame } = copySource(request, tools);
  const replaces = header(request, 'x-amz-metadata-directive') === 'REPLACE';
  if (isSame && !replaces) {
    throw new S3Error(
      'InvalidRequest',
      'This copy request is illegal because it copies an object to itself without changing its metadata.',
    );
  }
  const payload = await store(
    from.blobs.read(source.segments, 0, source.bytes - 1),
    bucket.blobs,
    source.checksum?.algorithm,
  );
  const retags = header(request, 'x-amz-tagging-directive') === 'REPLACE';
  const version = commitPayload(
    { request, bucket, tools, payload },
    { facts: replaces ? factsOf(request) : source.facts, tags: retags ? tagsOf(request) : source.tags },
  );
  const body = element('CopyObjectResult', [element('ETag', version.etag), element('LastModified', version.modified)]);
  return { status: 200, headers: writeHeaders(version, bucket), body: XML_HEADER + body };
}

export function deleteObject(request: S3Request, tools: Tools): S3Answer {
  const bucket = tools.storage.bucket(request.bucket);
  if (header(request, 'if-match') !== undefined) checkWrite(request, bucket.find(request.key));
  const removed = removeKey(bucket, { key: request.key, versionId: request.query.get('versionId') }, tools);
  return { status: 204, headers: removed };
}

/** Removes one version, or hides the object behind a delete marker in a versioned bucket; a missing one is no error. */
export function removeKey(
  bucket: Bucket,
  target: { readonly key: string; readonly versionId: string | undefined },
  tools: Tools,
): Record<string, string> {
  const { key, versionId } = target;
  if (versionId !== undefined) {
    const version = bucket.findVersion(key, versionId);
    bucket.commit({ change: 'remove', key, versionId });
    return {
      'x-amz-version-id': versionId,
      ...(version?.kind === 'delete_marker' ? { 'x-amz-delete-marker': 'true' } : {}),
    };
  }
  if (bucket.versioning === 'Off') {
    if (bucket.findVersion(key) !== undefined) bucket.commit({ change: 'remove', key, versionId: 'null' });
    return {};
  }
  const marker = { kind: 'delete_marker', versionId: newVersionId(bucket, tools), modified: tools.now() } as const;
  bucket.commit({ change: 'put', key, version: marker });
  return { 'x-amz-delete-marker': 'true', 'x-amz-version-id': marker.versionId };
}

/** @throws S3Error `NoSuchKey`, `NoSuchVersion` or, for a delete marker asked for by id, `MethodNotAllowed` */
export function existing(request: S3Request, bucket: Bucket): StoredVersion {
  const versionId = request.query.get('versionId');
  const version = bucket.findVersion(request.key, versionId);
  if (version?.kind === 'object') return version;
  if (version !== undefined && versionId !== undefined) {
    throw new S3Error('MethodNotAllowed', 'The specified version is a delete marker.', {
      'x-amz-delete-marker': 'true',
    });
  }
  if (versionId !== undefined) throw new S3Error('NoSuchVersion', 'The specified version does not exist.');
  const marker =
    version === undefined ? {} : { 'x-amz-delete-marker': 'true', ...versionHeader(version.versionId, bucket) };
  throw new S3Error('NoSuchKey', 'The specified key does not exist.', marker);
}

/** The object named by `x-amz-copy-source`, its conditions checked. */
export function copySource(
  request: S3Request,
  tools: Tools,
): { readonly source: StoredVersion; readonly from: Bucket; readonly isSame: boolean } {
  const text = (header(request, 'x-amz-copy-source') ?? '').replace(/^\//, '');
  const [address = '', versionId] = text.split('?versionId=');
  const slash = address.indexOf('/');
  if (slash < 1) throw new S3Error('InvalidArgument', `x-amz-copy-source must be "bucket/key", got "${text}".`);
  const key = decodeURIComponent(address.slice(slash + 1));
  const name = decodeURIComponent(address.slice(0, slash));
  const from = tools.storage.bucket(name);
  const source = from.find(key, versionId);
  if (source === undefined) throw new S3Error('NoSuchKey', `The source of the copy does not exist: "${name}/${key}".`);
  checkCopySource(request, source);
  return { source, from, isSame: name === request.bucket && key === request.key && versionId === undefined };
}

export function newVersionId(bucket: Bucket, tools: Tools): string {
  return bucket.versioning === 'Enabled' ? tools.newId() : 'null';
}

interface Writing {
  readonly request: S3Request;
  readonly bucket: Bucket;
  readonly tools: Tools;
  readonly payload: Payload;
}

/** Checks the conditions and makes the payload the current object, in one synchronous step. */
function commitPayload(writing: Writing, kept: Pick<StoredVersion, 'facts' | 'tags'>): StoredVersion {
  const { request, bucket, tools, payload } = writing;
  const { blob, bytes, ...described } = payload;
  try {
    checkWrite(request, bucket.find(request.key));
  } catch (error) {
    bucket.blobs.remove([blob]);
    throw error;
  }
  const version: StoredVersion = {
    kind: 'object',
    versionId: newVersionId(bucket, tools),
    segments: [{ blob, bytes }],
    bytes,
    modified: tools.now(),
    ...described,
    ...kept,
  };
  bucket.commit({ change: 'put', key: request.key, version });
  return version;
}
