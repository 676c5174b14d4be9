import { XML_HEADER, childText, childrenNamed, element, parseXml } from '../../aws/xml.ts';
import { VERSIONING } from '../bucket-state.ts';
import { S3Error } from '../errors.ts';
import type { S3Answer, S3Request } from '../message.ts';
import { readText, requireChecksum } from '../text-body.ts';
import { removeKey } from './objects.ts';
import type { Tools } from './tools.ts';

export function listBuckets(_request: S3Request, tools: Tools): S3Answer {
  const buckets = tools.storage
    .list()
    .map(({ name, created }) => element('Bucket', [element('Name', name), element('CreationDate', created)]));
  return { status: 200, body: XML_HEADER + element('ListAllMyBucketsResult', [element('Buckets', buckets)]) };
}

export function createBucket(request: S3Request, tools: Tools): S3Answer {
  if (tools.storage.create(request.bucket, tools.now()) === 'already_there') {
    throw new S3Error(
      'BucketAlreadyOwnedByYou',
      'Your previous request to create the named bucket succeeded and you already own it.',
    );
  }
  return { status: 200, headers: { location: `/${request.bucket}` } };
}

export function headBucket(request: S3Request, tools: Tools): S3Answer {
  tools.storage.bucket(request.bucket);
  return { status: 200, headers: { 'x-amz-bucket-region': tools.region } };
}

export function deleteBucket(request: S3Request, tools: Tools): S3Answer {
  tools.storage.remove(request.bucket);
  return { status: 204 };
}

export function getBucketLocation(request: S3Request, tools: Tools): S3Answer {
  tools.storage.bucket(request.bucket);
  const region = tools.region === 'us-east-1' ? '' : tools.region;
  return { status: 200, body: XML_HEADER + element('LocationConstraint', region) };
}

export function getBucketVersioning(request: S3Request, tools: Tools): S3Answer {
  const { versioning } = tools.storage.bucket(request.bucket);
  const status = versioning === 'Off' ? undefined : versioning;
  return { status: 200, body: XML_HEADER + element('VersioningConfiguration', [element('Status', status)]) };
}

export async function putBucketVersioning(request: S3Request, tools: Tools): Promise<S3Answer> {
  const bucket = tools.storage.bucket(request.bucket);
  const root = parseXml(await readText(request));
  const status = root === undefined ? undefined : childText(root, 'Status');
  const to = VERSIONING.find((name) => name === status && name !== 'Off');
  if (to === undefined)
    throw new S3Error('MalformedXML', 'VersioningConfiguration needs the Status Enabled or Suspended.');
  bucket.commit({ change: 'versioning', to });
  return { status: 200 };
}

const MOST_DELETES = 1000;

export async function deleteObjects(request: S3Request, tools: Tools): Promise<S3Answer> {
  const bucket = tools.storage.bucket(request.bucket);
  requireChecksum(request);
  const root = parseXml(await readText(request));
  const objects = root === undefined ? [] : childrenNamed(root, 'Object');
  if (root === undefined || objects.length === 0 || objects.length > MOST_DELETES) {
    throw new S3Error('MalformedXML', `Delete needs between 1 and ${MOST_DELETES} objects, got ${objects.length}.`);
  }
  const deleted = objects.map((object) => {
    const key = childText(object, 'Key') ?? '';
    const versionId = childText(object, 'VersionId');
    const removed = removeKey(bucket, { key, versionId }, tools);
    const marker = removed['x-amz-delete-marker'];
    return element('Deleted', [element('Key', key), element('VersionId', versionId), element('DeleteMarker', marker)]);
  });
  const isQuiet = childText(root, 'Quiet') === 'true';
  return { status: 200, body: XML_HEADER + element('DeleteResult', isQuiet ? [] : deleted) };
}
