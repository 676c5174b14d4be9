import {
  createBucket,
  deleteBucket,
  deleteObjects,
  getBucketLocation,
  getBucketVersioning,
  headBucket,
  listBuckets,
  putBucketVersioning,
} from './operations/buckets.ts';
import { listMultipartUploads, listObjectVersions, listObjectsV2 } from './operations/listings.ts';
import {
  abortMultipartUpload,
  completeMultipartUpload,
  createMultipartUpload,
  listParts,
  uploadPart,
  uploadPartCopy,
} from './operations/multipart.ts';
import { copyObject, deleteObject, getObject, headObject, putObject } from './operations/objects.ts';
import { deleteObjectTagging, getObjectTagging, putObjectTagging } from './operations/tagging.ts';
import type { Operation } from './operations/tools.ts';
import { S3Error } from './errors.ts';
import type { S3Request } from './message.ts';

export interface Route {
  /** S3's name of the operation. */
  readonly name: string;
  readonly run: Operation;
}

interface Rule extends Route {
  readonly on: string;
  /** Query parameters that select this operation. */
  readonly selects?: readonly string[];
  /** Query parameters that it understands besides. */
  readonly takes?: readonly string[];
  /** A header that selects it. */
  readonly header?: string;
}

const COPY = 'x-amz-copy-source';
const LISTING = [
  'list-type',
  'prefix',
  'delimiter',
  'max-keys',
  'encoding-type',
  'continuation-token',
  'start-after',
  'fetch-owner',
];

/** The first rule that fits wins. A request with a parameter that no rule knows is refused, never half understood. */
const RULES: readonly Rule[] = [
  { name: 'ListBuckets', on: 'GET service', run: listBuckets },
  { name: 'PutBucketVersioning', on: 'PUT bucket', selects: ['versioning'], run: putBucketVersioning },
  { name: 'CreateBucket', on: 'PUT bucket', run: createBucket },
  { name: 'HeadBucket', on: 'HEAD bucket', run: headBucket },
  { name: 'DeleteBucket', on: 'DELETE bucket', run: deleteBucket },
  { name: 'GetBucketLocation', on: 'GET bucket', selects: ['location'], run: getBucketLocation },
  { name: 'GetBucketVersioning', on: 'GET bucket', selects: ['versioning'], run: getBucketVersioning },
  {
    name: 'ListObjectVersions',
    on: 'GET bucket',
    selects: ['versions'],
    takes: [...LISTING, 'key-marker'],
    run: listObjectVersions,
  },
  {
    name: 'ListMultipartUploads',
    on: 'GET bucket',
    selects: ['uploads'],
    takes: ['prefix'],
    run: listMultipartUploads,
  },
  { name: 'ListObjectsV2', on: 'GET bucket', takes: LISTING, run: listObjectsV2 },
  { name: 'DeleteObjects', on: 'POST bucket', selects: ['delete'], run: deleteObjects },
  { name: 'UploadPartCopy', on: 'PUT object', selects: ['partNumber', 'uploadId'], header: COPY, run: uploadPartCopy },
  { name: 'UploadPart', on: 'PUT object', selects: ['partNumber', 'uploadId'], run: uploadPart },
  { name: 'PutObjectTagging', on: 'PUT object', selects: ['tagging'], takes: ['versionId'], run: putObjectTagging },
  { name: 'CopyObject', on: 'PUT object', header: COPY, run: copyObject },
  { name: 'PutObject', on: 'PUT object', run: putObject },
  { name: 'GetObjectTagging', on: 'GET object', selects: ['tagging'], takes: ['versionId'], run: getObjectTagging },
  {
    name: 'ListParts',
    on: 'GET object',
    selects: ['uploadId'],
    takes: ['max-parts', 'part-number-marker'],
    run: listParts,
  },
  { name: 'GetObject', on: 'GET object', takes: ['versionId'], run: getObject },
  { name: 'HeadObject', on: 'HEAD object', takes: ['versionId'], run: headObject },
  {
    name: 'DeleteObjectTagging',
    on: 'DELETE object',
    selects: ['tagging'],
    takes: ['versionId'],
    run: deleteObjectTagging,
  },
  { name: 'AbortMultipartUpload', on: 'DELETE object', selects: ['uploadId'], run: abortMultipartUpload },
  { name: 'DeleteObject', on: 'DELETE object', takes: ['versionId'], run: deleteObject },
  { name: 'CreateMultipartUpload', on: 'POST object', selects: ['uploads'], run: createMultipartUpload },
  { name: 'CompleteMultipartUpload', on: 'POST object', selects: ['uploadId'], run: completeMultipartUpload },
];

/** @throws S3Error `NotImplemented` */
export function routeOf(request: S3Request): Route {
  const on = `${request.method} ${levelOf(request)}`;
  const rule = RULES.find((candidate) => candidate.on === on && fits(candidate, request));
  if (rule !== undefined) return rule;
  const parameters = [...request.query.keys()].join(', ');
  throw new S3Error(
    'NotImplemented',
    `This stand-in does not implement ${on}${parameters === '' ? '' : ` with ${parameters}`}.`,
  );
}

function levelOf(request: S3Request): 'service' | 'bucket' | 'object' {
  if (request.bucket === '') return 'service';
  return request.key === '' ? 'bucket' : 'object';
}

function fits(rule: Rule, request: S3Request): boolean {
  const known = new Set(['x-id', ...(rule.selects ?? []), ...(rule.takes ?? [])]);
  const hasSelected = (rule.selects ?? []).every((name) => request.query.has(name));
  const hasHeader = rule.header === undefined || request.headers[rule.header] !== undefined;
  return hasSelected && hasHeader && [...request.query.keys()].every((name) => known.has(name));
}
