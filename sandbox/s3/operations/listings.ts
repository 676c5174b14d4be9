import { XML_HEADER, element } from '../../aws/xml.ts';
import type { Bucket } from '../bucket.ts';
import { S3Error } from '../errors.ts';
import { type Entry, compareKeys, listPage } from '../listing.ts';
import { type S3Answer, type S3Request, queryCount } from '../message.ts';
import type { Tools } from './tools.ts';

const MOST_KEYS = 1000;

export function listObjectsV2(request: S3Request, tools: Tools): S3Answer {
  const bucket = tools.storage.bucket(request.bucket);
  if (request.query.get('list-type') !== '2') {
    throw new S3Error('NotImplemented', 'This stand-in lists objects by ListObjectsV2 only (list-type=2).');
  }
  const token = request.query.get('continuation-token');
  const page = listPage(bucket.keys, {
    ...pageQuery(request),
    startAfter: request.query.get('start-after') ?? '',
    resumeAfter: token === undefined ? undefined : decodeToken(token),
    most: queryCount(request, 'max-keys', MOST_KEYS),
  });
  const show = encoder(request);
  const body = element('ListBucketResult', [
    element('Name', request.bucket),
    element('Prefix', show(request.query.get('prefix') ?? '')),
    element('Delimiter', request.query.has('delimiter') ? show(request.query.get('delimiter') ?? '') : undefined),
    element('EncodingType', request.query.get('encoding-type')),
    element('MaxKeys', queryCount(request, 'max-keys', MOST_KEYS)),
    element('KeyCount', page.entries.length),
    element('IsTruncated', page.next !== undefined),
    element('ContinuationToken', token),
    element('NextContinuationToken', page.next === undefined ? undefined : encodeToken(page.next)),
    element('StartAfter', request.query.has('start-after') ? show(request.query.get('start-after') ?? '') : undefined),
    ...page.entries.map((entry) => entryXml(entry, bucket, show)),
  ]);
  return { status: 200, body: XML_HEADER + body };
}

export function listObjectVersions(request: S3Request, tools: Tools): S3Answer {
  const bucket = tools.storage.bucket(request.bucket);
  const after = request.query.get('key-marker');
  const most = queryCount(request, 'max-keys', MOST_KEYS);
  const page = listPage(bucket.allKeys, { ...pageQuery(request), startAfter: '', resumeAfter: after, most });
  const show = encoder(request);
  const body = element('ListVersionsResult', [
    element('Name', request.bucket),
    element('IsTruncated', page.next !== undefined),
    element('NextKeyMarker', page.next === undefined ? undefined : show(page.next)),
    ...page.entries.flatMap((entry) =>
      entry.kind === 'key' ? versionsXml(entry.key, bucket, show) : [prefixXml(entry.prefix, show)],
    ),
  ]);
  return { status: 200, body: XML_HEADER + body };
}

export function listMultipartUploads(request: S3Request, tools: Tools): S3Answer {
  const bucket = tools.storage.bucket(request.bucket);
  const prefix = request.query.get('prefix') ?? '';
  const uploads = bucket.uploads
    .filter((upload) => upload.key.startsWith(prefix))
    .toSorted((a, b) => compareKeys(a.key, b.key) || (a.started < b.started ? -1 : 1));
  const body = element('ListMultipartUploadsResult', [
    element('Bucket', request.bucket),
    element('IsTruncated', false),
    ...uploads.map((upload) =>
      element('Upload', [
        element('Key', upload.key),
        element('UploadId', upload.id),
        element('Initiated', upload.started),
      ]),
    ),
  ]);
  return { status: 200, body: XML_HEADER + body };
}

function pageQuery(request: S3Request): { readonly prefix: string; readonly delimiter: string } {
  return { prefix: request.query.get('prefix') ?? '', delimiter: request.query.get('delimiter') ?? '' };
}

type Show = (text: string) => string;

function encoder(request: S3Request): Show {
  const isEncoded = request.query.get('encoding-type') === 'url';
  return (text) => (isEncoded ? encodeURIComponent(text).replaceAll('%2F', '/') : text);
}

function entryXml(entry: Entry, bucket: Bucket, show: Show): string {
  if (entry.kind === 'prefix') return prefixXml(entry.prefix, show);
  const version = bucket.find(entry.key);
  return element('Contents', [
    element('Key', show(entry.key)),
    element('LastModified', version?.modified),
    element('ETag', version?.etag),
    element('Size', version?.bytes),
    element('StorageClass', version?.facts.headers['x-amz-storage-class'] ?? 'STANDARD'),
  ]);
}

function prefixXml(prefix: string, show: Show): string {
  return element('CommonPrefixes', [element('Prefix', show(prefix))]);
}

function versionsXml(key: string, bucket: Bucket, show: Show): string[] {
  return bucket.versionsOf(key).map((version, index) => {
    const shared = [
      element('Key', show(key)),
      element('VersionId', version.versionId),
      element('IsLatest', index === 0),
      element('LastModified', version.modified),
    ];
    if (version.kind === 'delete_marker') return element('DeleteMarker', shared);
    return element('Version', [...shared, element('ETag', version.etag), element('Size', version.bytes)]);
  });
}

const TOKEN_MARK = 'w1:';

function encodeToken(last: string): string {
  return Buffer.from(TOKEN_MARK + last).toString('base64url');
}

function decodeToken(token: string): string {
  const text = Buffer.from(token, 'base64url').toString('utf8');
  if (text.startsWith(TOKEN_MARK)) return text.slice(TOKEN_MARK.length);
  throw new S3Error('InvalidArgument', 'The continuation token provided is incorrect.');
}
