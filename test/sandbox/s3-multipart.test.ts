import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';

import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  ListPartsCommand,
  PutObjectCommand,
  type S3Client,
  UploadPartCommand,
  UploadPartCopyCommand,
} from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { BUCKET, type S3Bench, bytesOf, openS3Bench, patterned } from './s3-bench.ts';

const MIB = 1024 * 1024;

let bench: S3Bench;
let client: S3Client;
beforeAll(async () => {
  bench = await openS3Bench();
  client = bench.client();
});
afterAll(() => bench.close());

async function begin(Key: string): Promise<{ Bucket: string; Key: string; UploadId: string }> {
  const { UploadId = '' } = await client.send(new CreateMultipartUploadCommand({ Bucket: BUCKET, Key }));
  return { Bucket: BUCKET, Key, UploadId };
}

type Begun = Awaited<ReturnType<typeof begin>>;

async function part(
  upload: Begun,
  PartNumber: number,
  Body: Buffer,
): Promise<{ PartNumber: number; ETag: string | undefined }> {
  const { ETag } = await client.send(new UploadPartCommand({ ...upload, PartNumber, Body }));
  return { PartNumber, ETag };
}

function complete(
  upload: Begun,
  Parts: { PartNumber: number; ETag: string | undefined }[],
  IfNoneMatch?: string,
): Promise<unknown> {
  return client.send(new CompleteMultipartUploadCommand({ ...upload, MultipartUpload: { Parts }, IfNoneMatch }));
}

describe('multipart uploads', () => {
  it('stores a 20 MB stream sent by lib-storage, byte for byte, with the ETag of its parts', async () => {
    const bytes = patterned(20_000_000);
    const Body = Readable.from(
      (function* pieces() {
        for (let at = 0; at < bytes.length; at += 65_536) yield bytes.subarray(at, at + 65_536);
      })(),
    );
    await new Upload({ client, params: { Bucket: BUCKET, Key: 'big', Body } }).done();
    const answer = await client.send(new GetObjectCommand({ Bucket: BUCKET, Key: 'big' }));
    const stored = await bytesOf(answer.Body);
    expect(createHash('md5').update(stored).digest('hex')).toBe(createHash('md5').update(bytes).digest('hex'));
    expect(answer.ETag).toMatch(/^"[0-9a-f]{32}-4"$/);
    const across = await client.send(
      new GetObjectCommand({ Bucket: BUCKET, Key: 'big', Range: `bytes=${5 * MIB - 3}-${5 * MIB + 4}` }),
    );
    expect((await bytesOf(across.Body)).equals(bytes.subarray(5 * MIB - 3, 5 * MIB + 5))).toBe(true);
  });

  it('lists uploads and parts, and forgets both on abort', async () => {
    const upload = await begin('listed');
    const sent = await part(upload, 2, Buffer.from('two'));
    const { Parts = [] } = await client.send(new ListPartsCommand(upload));
    expect(Parts.map(({ PartNumber, ETag, Size }) => ({ PartNumber, ETag, Size }))).toEqual([{ ...sent, Size: 3 }]);
    const open = async (): Promise<unknown[]> =>
      (await client.send(new ListMultipartUploadsCommand({ Bucket: BUCKET }))).Uploads ?? [];
    expect(await open()).toEqual([expect.objectContaining({ Key: 'listed', UploadId: upload.UploadId })]);
    await client.send(new AbortMultipartUploadCommand(upload));
    expect(await open()).toEqual([]);
    await expect(client.send(new ListPartsCommand(upload))).rejects.toThrow(
      expect.objectContaining({ name: 'NoSuchUpload' }),
    );
  });

  it('copies a range of another object as a part', async () => {
    const bytes = patterned(6 * MIB);
    await client.send(new PutObjectCommand({ Bucket: BUCKET, Key: 'origin', Body: bytes }));
    const upload = await begin('made-of-copies');
    const copied = await client.send(
      new UploadPartCopyCommand({
        ...upload,
        PartNumber: 1,
        CopySource: `${BUCKET}/origin`,
        CopySourceRange: `bytes=0-${5 * MIB - 1}`,
      }),
    );
    const last = await part(upload, 2, Buffer.from('tail'));
    await complete(upload, [{ PartNumber: 1, ETag: copied.CopyPartResult?.ETag }, last]);
    const stored = await bytesOf(
      (await client.send(new GetObjectCommand({ Bucket: BUCKET, Key: 'made-of-copies' }))).Body,
    );
    expect(stored.equals(Buffer.concat([bytes.subarray(0, 5 * MIB), Buffer.from('tail')]))).toBe(true);
  });

  it('refuses a small part that is not the last, parts out of order, and parts that it never got', async () => {
    const upload = await begin('refused');
    const one = await part(upload, 1, Buffer.from('small'));
    const two = await part(upload, 2, Buffer.from('last'));
    await expect(complete(upload, [one, two])).rejects.toThrow(expect.objectContaining({ name: 'EntityTooSmall' }));
    await expect(complete(upload, [two, one])).rejects.toThrow(expect.objectContaining({ name: 'InvalidPartOrder' }));
    await expect(complete(upload, [one, { PartNumber: 3, ETag: two.ETag }])).rejects.toThrow(
      expect.objectContaining({ name: 'InvalidPart' }),
    );
    await expect(complete(upload, [{ PartNumber: 1, ETag: '"0"' }])).rejects.toThrow(
      expect.objectContaining({ name: 'InvalidPart' }),
    );
    await expect(complete({ ...upload, UploadId: 'unknown' }, [one])).rejects.toThrow(
      expect.objectContaining({ name: 'NoSuchUpload' }),
    );
    await expect(client.send(new HeadObjectCommand({ Bucket: BUCKET, Key: 'refused' }))).rejects.toThrow(
      expect.objectContaining({ name: 'NotFound' }),
    );
  });

  it('honours If-None-Match when an upload is completed', async () => {
    await client.send(new PutObjectCommand({ Bucket: BUCKET, Key: 'taken', Body: 'first' }));
    const upload = await begin('taken');
    const only = await part(upload, 1, Buffer.from('second'));
    await expect(complete(upload, [only], '*')).rejects.toThrow(
      expect.objectContaining({ name: 'PreconditionFailed' }),
    );
  });
});

describe('a restart', () => {
  it('finds objects and unfinished uploads again', async () => {
    const upload = await begin('over-restart');
    const only = await part(upload, 1, Buffer.from('kept over a restart'));
    await client.send(new PutObjectCommand({ Bucket: BUCKET, Key: 'kept', Body: 'kept', Metadata: { a: 'b' } }));
    await bench.restart();
    client = bench.client();
    expect((await client.send(new HeadObjectCommand({ Bucket: BUCKET, Key: 'kept' }))).Metadata).toEqual({ a: 'b' });
    await complete(upload, [only]);
    const stored = await bytesOf(
      (await client.send(new GetObjectCommand({ Bucket: BUCKET, Key: 'over-restart' }))).Body,
    );
    expect(stored.toString()).toBe('kept over a restart');
  });
});
