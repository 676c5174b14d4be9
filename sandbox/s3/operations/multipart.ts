import { XML_HEADER, childText, childrenNamed, element, parseXml } from '../../aws/xml.ts';
import type { Part, StoredVersion, Upload } from '../bucket-state.ts';
import type { Bucket } from '../bucket.ts';
import { CHECKSUM_ALGORITHMS, checksumHeader, compositeChecksum, compositeEtag } from '../checksum.ts';
import { checkWrite } from '../conditions.ts';
import { S3Error } from '../errors.ts';
import { type S3Answer, type S3Request, header, queryCount } from '../message.ts';
import { type Payload, receive, store } from '../payload.ts';
import { readRange } from '../range.ts';
import { readText } from '../text-body.ts';
import { factsOf, tagsOf, writeHeaders } from './facts.ts';
import { copySource, newVersionId } from './objects.ts';
import type { Tools } from './tools.ts';

const MOST_PARTS = 10_000;
const SMALLEST_PART_BYTES = 5 * 1024 * 1024;

export function createMultipartUpload(request: S3Request, tools: Tools): S3Answer {
  const bucket = tools.storage.bucket(request.bucket);
  if (header(request, 'x-amz-checksum-type') === 'FULL_OBJECT') {
    throw new S3Error('NotImplemented', 'This stand-in computes composite checksums of multipart uploads only.');
  }
  const asked = header(request, 'x-amz-checksum-algorithm');
  const algorithm = CHECKSUM_ALGORITHMS.find((name) => name === asked);
  if (asked !== undefined && algorithm === undefined) {
    throw new S3Error(
      'NotImplemented',
      `This stand-in does not compute ${asked}; use ${CHECKSUM_ALGORITHMS.join(', ')}.`,
    );
  }
  const upload = {
    id: tools.newId(),
    key: request.key,
    started: tools.now(),
    facts: factsOf(request),
    tags: tagsOf(request),
    ...(algorithm === undefined ? {} : { algorithm }),
  };
  bucket.commit({ change: 'begin', upload });
  const body = element('InitiateMultipartUploadResult', [
    element('Bucket', request.bucket),
    element('Key', request.key),
    element('UploadId', upload.id),
  ]);
  return { status: 200, headers: { 'x-amz-checksum-algorithm': algorithm }, body: XML_HEADER + body };
}

export async function uploadPart(request: S3Request, tools: Tools): Promise<S3Answer> {
  const bucket = tools.storage.bucket(request.bucket);
  const target = partTarget(request, bucket);
  const payload = await receive(request, bucket.blobs);
  const part = commitPart(bucket, target, { payload, now: tools.now() });
  const checksum =
    part.checksum === undefined ? {} : { [checksumHeader(part.checksum.algorithm)]: part.checksum.value };
  return { status: 200, headers: { etag: part.etag, ...checksum } };
}

export async function uploadPartCopy(request: S3Request, tools: Tools): Promise<S3Answer> {
  const bucket = tools.storage.bucket(request.bucket);
  const target = partTarget(request, bucket);
  const { source, from } = copySource(request, tools);
  const range = readRange(header(request, 'x-amz-copy-source-range'), source.bytes) ?? {
    from: 0,
    to: source.bytes - 1,
  };
  const payload = await store(
    from.blobs.read(source.segments, range.from, range.to),
    bucket.blobs,
    target.upload.algorithm,
  );
  const part = commitPart(bucket, target, { payload, now: tools.now() });
  const body = element('CopyPartResult', [element('ETag', part.etag), element('LastModified', part.modified)]);
  return { status: 200, body: XML_HEADER + body };
}

export async function completeMultipartUpload(request: S3Request, tools: Tools): Promise<S3Answer> {
  const bucket = tools.storage.bucket(request.bucket);
  const listed = listedParts(await readText(request));
  // From here on nothing waits: the checks and the commit are one step.
  const upload = bucket.upload(request.query.get('uploadId') ?? '', request.key);
  const parts = chosenParts(upload, listed);
  checkWrite(request, bucket.find(request.key));
  const version = assembled(upload, parts, { versionId: newVersionId(bucket, tools), modified: tools.now() });
  bucket.commit({ change: 'put', key: request.key, version, uploadId: upload.id });
  const { etag: _etag, ...headers } = writeHeaders(version, bucket);
  const body = element('CompleteMultipartUploadResult', [
    element('Location', `/${request.bucket}/${request.key}`),
    element('Bucket', request.bucket),
    element('Key', request.key),
    element('ETag', version.etag),
    version.checksum === undefined ? '' : element(`Checksum${version.checksum.algorithm}`, version.checksum.value),
  ]);
  return { status: 200, headers, body: XML_HEADER + body };
}

export function abortMultipartUpload(request: S3Request, tools: Tools): S3Answer {
  const bucket = tools.storage.bucket(request.bucket);
  const upload = bucket.upload(request.query.get('uploadId') ?? '', request.key);
  bucket.commit({ change: 'abort', uploadId: upload.id });
  return { status: 204 };
}

export function listParts(request: S3Request, tools: Tools): S3Answer {
  const bucket = tools.storage.bucket(request.bucket);
  const upload = bucket.upload(request.query.get('uploadId') ?? '', request.key);
  const most = queryCount(request, 'max-parts', 1000);
  const after = queryCount(
    { ...request, query: new Map([['n', request.query.get('part-number-marker') ?? '0']]) },
    'n',
    MOST_PARTS,
  );
  const rest = [...upload.parts.values()].filter((part) => part.number > after).toSorted((a, b) => a.number - b.number);
  const page = rest.slice(0, most);
  const body = element('ListPartsResult', [
    element('Bucket', request.bucket),
    element('Key', request.key),
    element('UploadId', upload.id),
    element('MaxParts', most),
    element('IsTruncated', page.length < rest.length),
    element('NextPartNumberMarker', page.length < rest.length ? page.at(-1)?.number : undefined),
    ...page.map(partXml),
  ]);
  return { status: 200, body: XML_HEADER + body };
}

function partXml(part: Part): string {
  return element('Part', [
    element('PartNumber', part.number),
    element('ETag', part.etag),
    element('Size', part.segment.bytes),
    element('LastModified', part.modified),
    part.checksum === undefined ? '' : element(`Checksum${part.checksum.algorithm}`, part.checksum.value),
  ]);
}

interface PartTarget {
  readonly upload: Upload;
  readonly number: number;
}

function partTarget(request: S3Request, bucket: Bucket): PartTarget {
  const number = Number(request.query.get('partNumber'));
  if (!Number.isInteger(number) || number < 1 || number > MOST_PARTS) {
    throw new S3Error('InvalidArgument', `Part number must be an integer between 1 and ${MOST_PARTS}, inclusive.`);
  }
  return { upload: bucket.upload(request.query.get('uploadId') ?? '', request.key), number };
}

/** The upload may have ended while the part was on its way; then the part is thrown away. */
function commitPart(
  bucket: Bucket,
  target: PartTarget,
  received: { readonly payload: Payload; readonly now: string },
): Part {
  const { blob, bytes, ...described } = received.payload;
  const part: Part = { number: target.number, segment: { blob, bytes }, modified: received.now, ...described };
  try {
    bucket.upload(target.upload.id, target.upload.key);
  } catch (error) {
    bucket.blobs.remove([blob]);
    throw error;
  }
  bucket.commit({ change: 'part', uploadId: target.upload.id, part });
  return part;
}

interface ListedPart {
  readonly number: number;
  readonly etag: string;
  readonly checksums: ReadonlyMap<string, string>;
}

function listedParts(text: string): readonly ListedPart[] {
  const root = parseXml(text);
  const parts = root?.name === 'CompleteMultipartUpload' ? childrenNamed(root, 'Part') : [];
  if (parts.length === 0) throw new S3Error('MalformedXML', 'CompleteMultipartUpload must list at least one part.');
  return parts.map((part) => ({
    number: Number(childText(part, 'PartNumber')),
    etag: (childText(part, 'ETag') ?? '').replaceAll('"', ''),
    checksums: new Map(
      part.children.filter((child) => child.name.startsWith('Checksum')).map((child) => [child.name, child.text]),
    ),
  }));
}

function chosenParts(upload: Upload, listed: readonly ListedPart[]): readonly Part[] {
  const parts = listed.map((item) => chosenPart(upload, item));
  if (parts.some((part, index) => index > 0 && part.number <= (parts[index - 1]?.number ?? 0))) {
    throw new S3Error(
      'InvalidPartOrder',
      'The list of parts was not in ascending order. Parts must be ordered by part number.',
    );
  }
  const small = parts.slice(0, -1).find((part) => part.segment.bytes < SMALLEST_PART_BYTES);
  if (small !== undefined) {
    throw new S3Error(
      'EntityTooSmall',
      `Part ${small.number} has ${small.segment.bytes} bytes; every part but the last needs 5 MiB.`,
    );
  }
  return parts;
}

function chosenPart(upload: Upload, item: ListedPart): Part {
  const part = upload.parts.get(item.number);
  const checksum = part?.checksum;
  const claimed = checksum === undefined ? undefined : item.checksums.get(`Checksum${checksum.algorithm}`);
  const isSame = part?.etag.replaceAll('"', '') === item.etag && (claimed === undefined || claimed === checksum?.value);
  if (part === undefined || !isSame) {
    throw new S3Error('InvalidPart', `Part ${item.number} could not be found, or its ETag or checksum does not match.`);
  }
  return part;
}

function assembled(
  upload: Upload,
  parts: readonly Part[],
  made: Pick<StoredVersion, 'versionId' | 'modified'>,
): StoredVersion {
  const checksums = parts.flatMap((part) =>
    part.checksum?.algorithm === upload.algorithm ? [part.checksum?.value ?? ''] : [],
  );
  const isComplete = upload.algorithm !== undefined && checksums.length === parts.length;
  return {
    kind: 'object',
    ...made,
    segments: parts.map((part) => part.segment),
    bytes: parts.reduce((sum, part) => sum + part.segment.bytes, 0),
    etag: compositeEtag(parts.map((part) => part.etag)),
    facts: upload.facts,
    tags: upload.tags,
    ...(isComplete && upload.algorithm !== undefined
      ? { checksum: compositeChecksum(upload.algorithm, checksums) }
      : {}),
  };
}
