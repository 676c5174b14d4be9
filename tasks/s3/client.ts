import { Readable } from 'node:stream';

import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  NotFound,
  PutObjectCommand,
  S3Client,
  S3ServiceException,
  UploadPartCommand,
} from '@aws-sdk/client-s3';

import { type Closable, DataFailure, RemoteFailure, type StoredObject } from '#framework';
import { type FixedAccess, awsClient, quiet } from '#tasks/aws';

import type { S3Settings } from './config.ts';
import { failureOf } from './errors.ts';

export interface NewObject {
  readonly key: string;
  readonly metadata: Readonly<Record<string, string>>;
  readonly contentType: string | undefined;
}

export interface SentPart {
  readonly number: number;
  readonly etag: string;
  readonly crc32: string | undefined;
}

export interface Download {
  readonly body: Readable;
  /** Of the whole object, also when only its end is sent. */
  readonly bytes: number;
  readonly etag: string;
}

export interface ListedPage {
  readonly objects: readonly StoredObject[];
  readonly next: string | undefined;
}

/** The calls on one bucket that Windrow uses. Failures are sorted; what the SDK retries was retried. */
export interface BucketApi extends Closable {
  readonly put: (object: NewObject, body: Uint8Array, signal?: AbortSignal) => Promise<void>;
  readonly beginUpload: (object: NewObject, signal?: AbortSignal) => Promise<string>;
  readonly sendPart: (
    upload: UploadAddress,
    part: { readonly number: number; readonly body: Uint8Array },
    signal?: AbortSignal,
  ) => Promise<SentPart>;
  /** `unknown_upload`: it was completed by an earlier try whose answer was lost, or aborted by somebody. */
  readonly completeUpload: (
    upload: UploadAddress,
    parts: readonly SentPart[],
    signal?: AbortSignal,
  ) => Promise<'completed' | 'unknown_upload'>;
  readonly abortUpload: (upload: UploadAddress) => Promise<void>;
  /** From `offset` on, provided the object still has this ETag. */
  readonly get: (
    key: string,
    from: { readonly offset: number; readonly etag?: string },
    signal?: AbortSignal,
  ) => Promise<Download>;
  readonly findHead: (key: string, signal?: AbortSignal) => Promise<StoredObject | undefined>;
  readonly listPage: (prefix: string, token: string | undefined, signal?: AbortSignal) => Promise<ListedPage>;
  /** At most 1000 keys. */
  readonly remove: (keys: readonly string[], signal?: AbortSignal) => Promise<void>;
}

export interface UploadAddress {
  readonly key: string;
  readonly id: string;
}

/** @param access the SDK's default chain when absent */
export function bucketApi(settings: S3Settings, access?: FixedAccess): BucketApi {
  const client = quiet(
    new S3Client({
      ...awsClient(settings, access),
      ...(settings.endpoint === undefined ? {} : { forcePathStyle: true }),
    }),
  );
  const calls: Calls = {
    bucket: settings.bucket,
    run: (what, signal, work) => sorted(`${what} in s3://${settings.bucket}`, signal, () => work(client)),
  };
  return { ...writes(calls), ...reads(calls), close: async () => client.destroy() };
}

/** How the calls below reach the SDK. */
interface Calls {
  readonly bucket: string;
  readonly run: <T>(
    what: string,
    signal: AbortSignal | undefined,
    work: (client: S3Client) => Promise<T>,
  ) => Promise<T>;
}

type Writes = Pick<BucketApi, 'put' | 'beginUpload' | 'sendPart' | 'completeUpload' | 'abortUpload' | 'remove'>;

function writes({ bucket: Bucket, run }: Calls): Writes {
  return {
    put: (object, Body, signal) =>
      run(`store ${object.key}`, signal, async (client) => {
        await client.send(new PutObjectCommand({ Bucket, ...described(object), Body }), sending(signal));
      }),
    beginUpload: (object, signal) =>
      run(`begin the upload of ${object.key}`, signal, async (client) => {
        const { UploadId = '' } = await client.send(
          new CreateMultipartUploadCommand({ Bucket, ...described(object), ChecksumAlgorithm: 'CRC32' }),
          sending(signal),
        );
        return UploadId;
      }),
    sendPart: ({ key: Key, id: UploadId }, { number, body: Body }, signal) =>
      run(`store part ${number} of ${Key}`, signal, async (client) => {
        const part = await client.send(
          new UploadPartCommand({ Bucket, Key, UploadId, PartNumber: number, Body }),
          sending(signal),
        );
        return { number, etag: part.ETag ?? '', crc32: part.ChecksumCRC32 };
      }),
    completeUpload: ({ key: Key, id: UploadId }, parts, signal) =>
      run(`complete the upload of ${Key}`, signal, async (client) => {
        const Parts = parts.map(({ number, etag, crc32 }) => ({
          PartNumber: number,
          ETag: etag,
          ...(crc32 === undefined ? {} : { ChecksumCRC32: crc32 }),
        }));
        try {
          await client.send(
            new CompleteMultipartUploadCommand({ Bucket, Key, UploadId, MultipartUpload: { Parts } }),
            sending(signal),
          );
          return 'completed';
        } catch (error) {
          if (error instanceof S3ServiceException && error.name === 'NoSuchUpload') return 'unknown_upload';
          throw error;
        }
      }),
    abortUpload: ({ key: Key, id: UploadId }) =>
      run(`abort the upload of ${Key}`, undefined, async (client) => {
        await client.send(new AbortMultipartUploadCommand({ Bucket, Key, UploadId })).catch((error: unknown) => {
          if (!(error instanceof S3ServiceException && error.name === 'NoSuchUpload')) throw error;
        });
      }),
    remove: (keys, signal) =>
      run(`remove ${keys.length} objects`, signal, async (client) => {
        const Delete = { Objects: keys.map((Key) => ({ Key })), Quiet: true };
        const { Errors = [] } = await client.send(new DeleteObjectsCommand({ Bucket, Delete }), sending(signal));
        const [first] = Errors;
        if (first === undefined) return;
        throw new RemoteFailure(
          'E_S3_NOT_REMOVED',
          `Cannot remove s3://${Bucket}/${first.Key}: S3 answered ${first.Code}: ${first.Message}.`,
        );
      }),
  };
}

type Reads = Pick<BucketApi, 'get' | 'findHead' | 'listPage'>;

function reads({ bucket: Bucket, run }: Calls): Reads {
  return {
    get: (Key, { offset, etag }, signal) =>
      run(`read ${Key}`, signal, async (client) => {
        const range = offset === 0 ? {} : { Range: `bytes=${offset}-` };
        const answer = await client.send(
          new GetObjectCommand({ Bucket, Key, ...range, ...(etag === undefined ? {} : { IfMatch: etag }) }),
          sending(signal),
        );
        return { body: streamOf(answer.Body), bytes: offset + (answer.ContentLength ?? 0), etag: answer.ETag ?? '' };
      }),
    findHead: (Key, signal) =>
      run(`look at ${Key}`, signal, async (client) => {
        try {
          const head = await client.send(new HeadObjectCommand({ Bucket, Key }), sending(signal));
          return { key: Key, bytes: head.ContentLength ?? 0, metadata: head.Metadata ?? {} };
        } catch (error) {
          if (error instanceof NotFound) return undefined;
          throw error;
        }
      }),
    listPage: (Prefix, token, signal) =>
      run(`list ${Prefix}`, signal, async (client) => {
        const answer = await client.send(
          new ListObjectsV2Command({ Bucket, Prefix, ...(token === undefined ? {} : { ContinuationToken: token }) }),
          sending(signal),
        );
        const objects = (answer.Contents ?? []).map(({ Key = '', Size = 0 }) => ({
          key: Key,
          bytes: Size,
          metadata: {},
        }));
        return { objects, next: answer.IsTruncated === true ? answer.NextContinuationToken : undefined };
      }),
  };
}

function described({ key, metadata, contentType }: NewObject): {
  readonly Key: string;
  readonly Metadata: Record<string, string>;
  readonly ContentType?: string;
} {
  return { Key: key, Metadata: { ...metadata }, ...(contentType === undefined ? {} : { ContentType: contentType }) };
}

function sending(signal: AbortSignal | undefined): { readonly abortSignal?: AbortSignal } {
  return signal === undefined ? {} : { abortSignal: signal };
}

/** In Node the SDK gives a Readable; the type names every platform. */
function streamOf(body: unknown): Readable {
  if (body instanceof Readable) return body;
  throw new DataFailure('E_S3_NO_BODY', 'S3 answered a read without a body.');
}

async function sorted<T>(what: string, signal: AbortSignal | undefined, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    signal?.throwIfAborted();
    throw sortedError(error, what);
  }
}

/** Also for errors of a body that is being read. */
export function sortedError(error: unknown, what: string): unknown {
  if (error instanceof RemoteFailure || error instanceof DataFailure || !(error instanceof Error)) return error;
  const status = error instanceof S3ServiceException ? error.$metadata.httpStatusCode : undefined;
  const code = 'code' in error && typeof error.code === 'string' ? error.code : error.name;
  const name = error instanceof S3ServiceException ? error.name : code;
  return failureOf({ name, message: error.message, status }, what, error);
}
