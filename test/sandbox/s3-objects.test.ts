import { Readable } from 'node:stream';

import {
  CopyObjectCommand,
  CreateBucketCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetBucketVersioningCommand,
  GetObjectCommand,
  GetObjectTaggingCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListBucketsCommand,
  ListObjectVersionsCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  type PutObjectCommandOutput,
  PutObjectTaggingCommand,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { BUCKET, type S3Bench, bytesOf, openS3Bench, patterned } from './s3-bench.ts';

let bench: S3Bench;
beforeAll(async () => {
  bench = await openS3Bench();
});
afterAll(() => bench.close());

const address = (Key: string): { Bucket: string; Key: string } => ({ Bucket: BUCKET, Key });
const put = (key: string, body: string | Buffer = key): Promise<PutObjectCommandOutput> =>
  bench.client().send(new PutObjectCommand({ ...address(key), Body: body }));
const read = async (key: string): Promise<Buffer> =>
  bytesOf((await bench.client().send(new GetObjectCommand(address(key)))).Body);

describe('buckets', () => {
  it('makes a bucket once and says that it is there the second time', async () => {
    await bench.client().send(new CreateBucketCommand({ Bucket: 'fresh-one' }));
    await bench.client().send(new HeadBucketCommand({ Bucket: 'fresh-one' }));
    const { Buckets = [] } = await bench.client().send(new ListBucketsCommand({}));
    expect(Buckets.map(({ Name }) => Name)).toContain('fresh-one');
    await expect(bench.client().send(new CreateBucketCommand({ Bucket: 'fresh-one' }))).rejects.toThrow(
      expect.objectContaining({ name: 'BucketAlreadyOwnedByYou' }),
    );
  });

  it('refuses the bucket name that is the path of the fault switches', async () => {
    await expect(bench.client().send(new CreateBucketCommand({ Bucket: 'sandbox' }))).rejects.toThrow(
      expect.objectContaining({ name: 'InvalidBucketName' }),
    );
  });

  it('names a missing bucket NoSuchBucket', async () => {
    await expect(bench.client().send(new GetObjectCommand({ Bucket: 'nowhere', Key: 'a' }))).rejects.toThrow(
      expect.objectContaining({ name: 'NoSuchBucket' }),
    );
  });
});

describe('bytes in, the same bytes out', () => {
  it.each([
    ['text', Buffer.from('hello')],
    ['an empty object', Buffer.alloc(0)],
    ['1 MB', patterned(1_000_000)],
  ])('of %s', async (name, bytes) => {
    await put(`same/${name}`, bytes);
    expect((await read(`same/${name}`)).equals(bytes)).toBe(true);
  });

  it('of a stream that arrives in aws-chunked framing with a trailing checksum', async () => {
    const bytes = patterned(300_000);
    const Body = Readable.from([bytes.subarray(0, 1), bytes.subarray(1, 70_000), bytes.subarray(70_000)]);
    await bench.client().send(new PutObjectCommand({ ...address('streamed'), Body, ContentLength: bytes.length }));
    expect((await read('streamed')).equals(bytes)).toBe(true);
  });

  it('of a client that sends no checksums', async () => {
    const client = bench.client({
      requestChecksumCalculation: 'WHEN_REQUIRED',
      responseChecksumValidation: 'WHEN_REQUIRED',
    });
    await client.send(new PutObjectCommand({ ...address('unchecked'), Body: 'plain' }));
    expect((await read('unchecked')).toString()).toBe('plain');
  });

  it.each(['a b+c&d=é%25.txt', '日本/𐀀.csv', "it's (one) *star*!", 'a//b/../c', 'quote"<tag>'])(
    'under the key %s',
    async (key) => {
      await put(key);
      expect((await read(key)).toString()).toBe(key);
    },
  );
});

describe('checksums', () => {
  it('accepts a right SHA-256 and gives it back', async () => {
    const sha = 'LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ=';
    await bench.client().send(new PutObjectCommand({ ...address('sha'), Body: 'hello', ChecksumSHA256: sha }));
    const head = await bench.client().send(new HeadObjectCommand({ ...address('sha'), ChecksumMode: 'ENABLED' }));
    expect(head.ChecksumSHA256).toBe(sha);
  });

  it('refuses a wrong SHA-256 and stores nothing', async () => {
    const wrong = new PutObjectCommand({
      ...address('bad-sha'),
      Body: 'hullo',
      ChecksumSHA256: 'LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ=',
    });
    await expect(bench.client().send(wrong)).rejects.toThrow(expect.objectContaining({ name: 'BadDigest' }));
    await expect(read('bad-sha')).rejects.toThrow(expect.objectContaining({ name: 'NoSuchKey' }));
  });

  it('refuses a wrong Content-MD5', async () => {
    const wrong = new PutObjectCommand({
      ...address('bad-md5'),
      Body: 'hello',
      ContentMD5: 'AAAAAAAAAAAAAAAAAAAAAA==',
    });
    await expect(bench.client().send(wrong)).rejects.toThrow(expect.objectContaining({ name: 'BadDigest' }));
  });

  it('refuses a stream whose trailing checksum is wrong', async () => {
    const client = bench.client();
    client.middlewareStack.add(
      (next) => async (args) => {
        const { request } = args as { request: { headers: Record<string, string>; body: unknown } };
        if (request.headers['x-amz-trailer'] !== undefined)
          request.body = Readable.from([Buffer.from('5\r\nhello\r\n0\r\nx-amz-checksum-crc32:AAAAAA==\r\n\r\n')]);
        return next(args);
      },
      { step: 'finalizeRequest', priority: 'low' },
    );
    const wrong = new PutObjectCommand({
      ...address('bad-trailer'),
      Body: Readable.from([Buffer.from('hello')]),
      ContentLength: 5,
    });
    await expect(client.send(wrong)).rejects.toThrow(expect.objectContaining({ name: 'BadDigest' }));
  });

  it('refuses a body shorter than it promises', async () => {
    const client = bench.client();
    client.middlewareStack.add(
      (next) => async (args) => {
        const { request } = args as { request: { headers: Record<string, string>; body: unknown } };
        request.body = Readable.from([Buffer.from('2\r\nhe\r\n0\r\nx-amz-checksum-crc32:AAAAAA==\r\n\r\n')]);
        return next(args);
      },
      { step: 'finalizeRequest', priority: 'low' },
    );
    const wrong = new PutObjectCommand({
      ...address('short'),
      Body: Readable.from([Buffer.from('hello')]),
      ContentLength: 5,
    });
    await expect(client.send(wrong)).rejects.toThrow(expect.objectContaining({ name: 'IncompleteBody' }));
  });
});

describe('heads, ranges and conditions of a read', () => {
  it('tells size, type, metadata and ETag of an object', async () => {
    await bench
      .client()
      .send(
        new PutObjectCommand({ ...address('facts'), Body: 'hello', ContentType: 'text/csv', Metadata: { run: '42' } }),
      );
    const head = await bench.client().send(new HeadObjectCommand(address('facts')));
    expect(head).toMatchObject({
      ContentLength: 5,
      ContentType: 'text/csv',
      Metadata: { run: '42' },
      ETag: '"5d41402abc4b2a76b9719d911017c592"',
    });
  });

  it.each([
    ['bytes=100-199', 100, 200],
    ['bytes=950-', 950, 1000],
    ['bytes=-50', 950, 1000],
    ['bytes=990-5000', 990, 1000],
  ])('answers the range %s', async (Range, from, to) => {
    const bytes = patterned(1000);
    await put('ranged', bytes);
    const answer = await bench.client().send(new GetObjectCommand({ ...address('ranged'), Range }));
    expect(answer.ContentRange).toBe(`bytes ${from}-${to - 1}/1000`);
    expect((await bytesOf(answer.Body)).equals(bytes.subarray(from, to))).toBe(true);
  });

  it('refuses a range beyond the end', async () => {
    await put('short-one', 'abc');
    await expect(
      bench.client().send(new GetObjectCommand({ ...address('short-one'), Range: 'bytes=10-' })),
    ).rejects.toThrow(expect.objectContaining({ name: 'InvalidRange' }));
  });

  it('answers 304 to a reader whose copy is current', async () => {
    const { ETag } = await put('fresh');
    await expect(
      bench.client().send(new GetObjectCommand({ ...address('fresh'), IfNoneMatch: ETag })),
    ).rejects.toMatchObject({
      $metadata: { httpStatusCode: 304 },
    });
  });

  it('names a missing key NoSuchKey for GET and NotFound for HEAD', async () => {
    await expect(read('missing')).rejects.toThrow(expect.objectContaining({ name: 'NoSuchKey' }));
    await expect(bench.client().send(new HeadObjectCommand(address('missing')))).rejects.toThrow(
      expect.objectContaining({ name: 'NotFound' }),
    );
  });
});

describe('conditional writes', () => {
  it('creates a new object under If-None-Match * and refuses the second creator', async () => {
    const create = (): Promise<unknown> =>
      bench.client().send(new PutObjectCommand({ ...address('once'), Body: 'x', IfNoneMatch: '*' }));
    await create();
    await expect(create()).rejects.toThrow(expect.objectContaining({ name: 'PreconditionFailed' }));
  });

  it('lets exactly one of ten racing creators win', async () => {
    const racers = Array.from({ length: 10 }, (_, index) =>
      bench.client().send(new PutObjectCommand({ ...address('race'), Body: `racer ${index}`, IfNoneMatch: '*' })),
    );
    const outcomes = await Promise.allSettled(racers);
    const winner = outcomes.findIndex(({ status }) => status === 'fulfilled');
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect((await read('race')).toString()).toBe(`racer ${winner}`);
  });

  it('replaces under a current ETag, refuses a stale one, and a missing object', async () => {
    const { ETag } = await put('cas', 'one');
    const replace = (key: string): Promise<unknown> =>
      bench.client().send(new PutObjectCommand({ ...address(key), Body: 'two', IfMatch: ETag }));
    await replace('cas');
    await expect(replace('cas')).rejects.toThrow(expect.objectContaining({ name: 'PreconditionFailed' }));
    await expect(replace('cas-missing')).rejects.toMatchObject({ $metadata: { httpStatusCode: 404 } });
  });
});

describe('copies and removals', () => {
  it('copies bytes and metadata, and replaces metadata when told', async () => {
    await bench.client().send(new PutObjectCommand({ ...address('from +&é'), Body: 'copy me', Metadata: { a: '1' } }));
    const CopySource = `${BUCKET}/${encodeURIComponent('from +&é')}`;
    await bench.client().send(new CopyObjectCommand({ ...address('kept'), CopySource }));
    await bench.client().send(
      new CopyObjectCommand({
        ...address('replaced'),
        CopySource,
        MetadataDirective: 'REPLACE',
        Metadata: { b: '2' },
      }),
    );
    expect((await read('kept')).toString()).toBe('copy me');
    expect((await bench.client().send(new HeadObjectCommand(address('kept')))).Metadata).toEqual({ a: '1' });
    expect((await bench.client().send(new HeadObjectCommand(address('replaced')))).Metadata).toEqual({ b: '2' });
  });

  it('refuses to copy what is not there', async () => {
    await expect(
      bench.client().send(new CopyObjectCommand({ ...address('x'), CopySource: `${BUCKET}/missing` })),
    ).rejects.toThrow(expect.objectContaining({ name: 'NoSuchKey' }));
  });

  it('removes an object, and a missing one without complaint', async () => {
    await put('gone');
    await bench.client().send(new DeleteObjectCommand(address('gone')));
    await bench.client().send(new DeleteObjectCommand(address('gone')));
    await expect(read('gone')).rejects.toThrow(expect.objectContaining({ name: 'NoSuchKey' }));
  });

  it('removes many at once, under a checksum, and refuses more than 1000', async () => {
    const keys = ['many/1', 'many/2 &', 'many/3'];
    for (const key of keys) await put(key);
    const remove = (Objects: { Key: string }[]): DeleteObjectsCommand =>
      new DeleteObjectsCommand({ Bucket: BUCKET, Delete: { Objects } });
    const { Deleted = [] } = await bench.client().send(remove(keys.map((Key) => ({ Key }))));
    expect(Deleted.map(({ Key }) => Key)).toEqual(keys);
    await expect(read('many/2 &')).rejects.toThrow(expect.objectContaining({ name: 'NoSuchKey' }));
    const tooMany = Array.from({ length: 1001 }, (_, index) => ({ Key: `k${index}` }));
    await expect(bench.client().send(remove(tooMany))).rejects.toThrow(
      expect.objectContaining({ name: 'MalformedXML' }),
    );
  });
});

describe('tags, encryption and versions', () => {
  it('keeps tags', async () => {
    await put('tagged');
    const TagSet = [{ Key: 'owner', Value: 'a & b' }];
    await bench.client().send(new PutObjectTaggingCommand({ ...address('tagged'), Tagging: { TagSet } }));
    expect((await bench.client().send(new GetObjectTaggingCommand(address('tagged')))).TagSet).toEqual(TagSet);
  });

  it('remembers the KMS key of an object', async () => {
    const encryption = { ServerSideEncryption: 'aws:kms', SSEKMSKeyId: 'key-1' } as const;
    await bench.client().send(new PutObjectCommand({ ...address('kms'), Body: 'x', ...encryption }));
    expect(await bench.client().send(new HeadObjectCommand(address('kms')))).toMatchObject(encryption);
  });

  it('keeps every version, hides a removed object behind a marker, and brings it back', async () => {
    const Bucket = 'versioned';
    const client = bench.client();
    await client.send(new CreateBucketCommand({ Bucket }));
    await client.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: 'Enabled' } }));
    expect((await client.send(new GetBucketVersioningCommand({ Bucket }))).Status).toBe('Enabled');
    const first = await client.send(new PutObjectCommand({ Bucket, Key: 'k', Body: 'one' }));
    const second = await client.send(new PutObjectCommand({ Bucket, Key: 'k', Body: 'two' }));
    expect(first.VersionId).not.toBe(second.VersionId);
    const { VersionId } = await client.send(new DeleteObjectCommand({ Bucket, Key: 'k' }));
    await expect(client.send(new GetObjectCommand({ Bucket, Key: 'k' }))).rejects.toThrow(
      expect.objectContaining({ name: 'NoSuchKey' }),
    );
    const old = await client.send(new GetObjectCommand({ Bucket, Key: 'k', VersionId: first.VersionId }));
    expect((await bytesOf(old.Body)).toString()).toBe('one');
    const listed = await client.send(new ListObjectVersionsCommand({ Bucket }));
    expect(listed.Versions?.map((version) => version.VersionId)).toEqual([second.VersionId, first.VersionId]);
    expect(listed.DeleteMarkers).toHaveLength(1);
    await client.send(new DeleteObjectCommand({ Bucket, Key: 'k', VersionId }));
    const back = await client.send(new GetObjectCommand({ Bucket, Key: 'k' }));
    expect((await bytesOf(back.Body)).toString()).toBe('two');
  });
});

describe('who may ask', () => {
  it.each([
    ['a wrong secret', { accessKeyId: 'sandbox', secretAccessKey: 'wrong' }, 'SignatureDoesNotMatch'],
    ['an unknown key id', { accessKeyId: 'nobody', secretAccessKey: 'sandbox-secret' }, 'InvalidAccessKeyId'],
  ])('refuses %s', async (_case, credentials, name) => {
    await expect(
      bench.client({ credentials }).send(new PutObjectCommand({ ...address('x'), Body: 'x' })),
    ).rejects.toThrow(expect.objectContaining({ name }));
  });

  it('refuses a request signed an hour ago', async () => {
    const client = bench.client({ systemClockOffset: -3_600_000 });
    await expect(client.send(new PutObjectCommand({ ...address('x'), Body: 'x' }))).rejects.toThrow(
      expect.objectContaining({ name: 'RequestTimeTooSkewed' }),
    );
  });

  it('refuses an unsigned request', async () => {
    const answer = await fetch(`${bench.sandbox().endpoint}/${BUCKET}/facts`);
    expect(answer.status).toBe(403);
    expect(await answer.text()).toContain('<Code>AccessDenied</Code>');
  });
});
