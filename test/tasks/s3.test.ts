import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';

import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';

import {
  MANIFEST_KEY,
  type ObjectStore,
  type StageManifest,
  Temporal,
  type TransferContext,
  manifestToJson,
  recordId,
  silentLog,
  stagePrefix,
  systemClock,
} from '#framework';
import { objectStage, openS3, readS3Settings } from '#tasks/s3';

import { type S3Sandbox, startS3 } from '../../sandbox/s3/index.ts';
import { bucketApi } from '../../tasks/s3/client.ts';
import { failureOf } from '../../tasks/s3/errors.ts';
import { bucketStore } from '../../tasks/s3/object-store.ts';
import { cut, partBytes } from '../../tasks/s3/part-sizes.ts';

const MIB = 1024 * 1024;

let directory = '';
let sandbox: S3Sandbox;
let store: ObjectStore;
let closeStore: () => Promise<void>;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'windrow-store-'));
  sandbox = await startS3({ directory, buckets: ['lake'] });
  const settings = { bucket: 'lake', prefix: 'team/', region: sandbox.region, endpoint: sandbox.endpoint };
  const api = bucketApi(settings, sandbox);
  store = bucketStore(api, { ...settings, sizeOf: () => 5 * MIB });
  closeStore = api.close;
});
afterEach(() => sandbox.faults.clear());
afterAll(async () => {
  await closeStore();
  await sandbox.close();
  await rm(directory, { recursive: true });
});

const bytesOf = async (key: string): Promise<Buffer> => buffer(await store.open(key));

function patterned(length: number): Buffer {
  const bytes = Buffer.alloc(length);
  for (let at = 0; at + 4 <= length; at += 4) bytes.writeUInt32LE(at, at);
  return bytes;
}

function streamed(bytes: Buffer): Readable {
  return Readable.from(
    (function* pieces() {
      for (let at = 0; at < bytes.length; at += 100_000) yield bytes.subarray(at, at + 100_000);
    })(),
  );
}

describe('the S3 object store', () => {
  it('names an object by its s3 address, prefix included', () => {
    expect(store.url('a/b')).toBe('s3://lake/team/a/b');
  });

  it('gives back bytes, size and metadata', async () => {
    await store.put('small', Buffer.from('hello'), { metadata: { record: '42' }, contentType: 'text/plain' });
    expect((await bytesOf('small')).toString()).toBe('hello');
    expect(await store.findText('small')).toBe('hello');
    expect(await store.find('small')).toEqual({ key: 'small', bytes: 5, metadata: { record: '42' } });
  });

  it.each([0, 1, 5 * MIB, 5 * MIB + 1, 17 * MIB])('stores a stream of %i bytes whole', async (length) => {
    const bytes = patterned(length);
    await store.put('stream', streamed(bytes), { metadata: { a: 'b' } });
    expect((await bytesOf('stream')).equals(bytes)).toBe(true);
    expect(await store.find('stream')).toEqual({ key: 'stream', bytes: length, metadata: { a: 'b' } });
  });

  it('stores nothing when the stream fails in a later part', async () => {
    const broken = Readable.from(
      (async function* pieces() {
        yield patterned(6 * MIB);
        throw new Error('the source broke');
      })(),
    );
    await expect(store.put('broken', broken)).rejects.toThrow('the source broke');
    expect(await store.find('broken')).toBeUndefined();
  });

  it('finds nothing where there is nothing, and refuses to open it', async () => {
    expect(await store.find('missing')).toBeUndefined();
    expect(await store.findText('missing')).toBeUndefined();
    await expect(store.open('missing')).rejects.toMatchObject({ code: 'E_OBJECT_MISSING', reaction: 'fail' });
  });

  it('lists and removes more than one page', async () => {
    const keys = Array.from({ length: 1005 }, (_, index) => `many/${String(index).padStart(4, '0')}`);
    for (let at = 0; at < keys.length; at += 50) {
      await Promise.all(keys.slice(at, at + 50).map((key) => store.put(key, Buffer.from('x'))));
    }
    await store.put('manyother', Buffer.from('kept'));
    expect((await store.list('many/')).map(({ key }) => key)).toEqual(keys);
    await store.removeAll(keys);
    expect((await store.list('many')).map(({ key }) => key)).toEqual(['manyother']);
  });

  it('stops when it is told to, with the reason it was given', async () => {
    const reason = new Error('the operator said stop');
    await expect(
      store.put('stopped', streamed(patterned(6 * MIB)), { signal: AbortSignal.abort(reason) }),
    ).rejects.toBe(reason);
    expect(await store.find('stopped')).toBeUndefined();
  });

  it('closes a stream that it did not read to its end, whatever holds a file open behind it', async () => {
    const body = streamed(patterned(17 * MIB));
    await expect(store.put('given up', body, { signal: AbortSignal.abort() })).rejects.toThrow('aborted');
    expect(body.destroyed).toBe(true);
  });
});

describe('the S3 object store under faults', () => {
  it.each(['slow_down', 'internal_error', 'reset', 'lost_response'] as const)(
    'stores an object in spite of two %s',
    async (kind) => {
      sandbox.faults.add({ kind, count: 2, key: 'team/faulty-*' });
      await store.put(`faulty-${kind}`, patterned(50_000));
      expect((await bytesOf(`faulty-${kind}`)).equals(patterned(50_000))).toBe(true);
      expect(sandbox.faults.pending).toEqual([]);
    },
  );

  it.each(['CreateMultipartUpload', 'UploadPart', 'CompleteMultipartUpload'])(
    'stores a long stream when the answer to %s is lost',
    async (operation) => {
      const bytes = patterned(11 * MIB);
      sandbox.faults.add({ kind: 'lost_response', operation });
      await store.put('lost', streamed(bytes));
      expect((await bytesOf('lost')).equals(bytes)).toBe(true);
      await store.removeAll(['lost']);
    },
  );

  it('takes a broken download up again where it broke', async () => {
    const bytes = patterned(12 * MIB);
    await store.put('resumed', streamed(bytes));
    sandbox.faults.add({ kind: 'reset', operation: 'GetObject', count: 3 });
    expect((await bytesOf('resumed')).equals(bytes)).toBe(true);
    expect(sandbox.faults.pending).toEqual([]);
  });

  it('does not glue two versions of an object together', async () => {
    await store.put('replaced', patterned(4 * MIB));
    sandbox.faults.add({ kind: 'reset', operation: 'GetObject' });
    const reading = await store.open('replaced');
    await store.put('replaced', Buffer.from('another'));
    await expect(buffer(reading)).rejects.toMatchObject({ code: 'E_S3_CONFLICT' });
  });

  it('reports what S3 said when retries do not help', async () => {
    sandbox.faults.add({ kind: 'slow_down', count: 100, operation: 'PutObject' });
    await expect(store.put('hopeless', Buffer.from('x'))).rejects.toMatchObject({
      name: 'RemoteFailure',
      code: 'E_S3_SLOW_DOWN',
      retryAfterMs: 2000,
    });
  });

  it.each([
    ['a missing bucket', { bucket: 'nowhere' }, {}, 'E_S3_BUCKET_MISSING'],
    ['a wrong secret', {}, { secretAccessKey: 'wrong' }, 'E_S3_REFUSED'],
  ])('tells the operator of %s', async (...[, changes, credentials, code]) => {
    const settings = { bucket: 'lake', prefix: '', region: sandbox.region, endpoint: sandbox.endpoint, ...changes };
    const { store: other, close } = openS3(settings, { ...sandbox, ...credentials });
    await expect(other.put('x', Buffer.from('x'))).rejects.toMatchObject({ name: 'ConfigFailure', code });
    await close();
  });
});

describe('parts of a stream', () => {
  it('grow so that ten thousand of them hold 2.4 TiB, and begin small', () => {
    const total = Array.from({ length: 10_000 }, (_, index) => partBytes(index + 1)).reduce(
      (sum, bytes) => sum + bytes,
      0,
    );
    expect(total).toBeGreaterThanOrEqual(2.4 * 1024 ** 4);
    expect(partBytes(1)).toBe(8 * MIB);
  });

  it('together are the stream, each but the last of its size', async () => {
    const pieces = fc.array(fc.uint8Array({ maxLength: 20 }), { maxLength: 20 });
    await fc.assert(
      fc.asyncProperty(pieces, async (chunks) => {
        const parts: Buffer[] = [];
        for await (const part of cut(
          Readable.from(
            chunks.map((chunk) => Buffer.from(chunk)),
            { objectMode: true },
          ),
          (number) => 3 + number,
        ))
          parts.push(part);
        expect(Buffer.concat(parts).equals(Buffer.concat(chunks))).toBe(true);
        expect(parts.slice(0, -1).every((part, index) => part.length === 4 + index)).toBe(true);
      }),
    );
  });
});

describe('errors of S3', () => {
  it.each([
    ['NoSuchKey', 404, 'E_OBJECT_MISSING', 'fail'],
    ['NoSuchBucket', 404, 'E_S3_BUCKET_MISSING', 'fail'],
    ['AccessDenied', 403, 'E_S3_REFUSED', 'fail'],
    ['RequestTimeTooSkewed', 403, 'E_S3_CLOCK', 'fail'],
    ['SlowDown', 503, 'E_S3_SLOW_DOWN', 'retry'],
    ['ConditionalRequestConflict', 409, 'E_S3_CONFLICT', 'retry'],
    ['BadDigest', 400, 'E_S3_DAMAGED', 'retry'],
    ['InternalError', 500, 'E_S3_UNAVAILABLE', 'retry'],
    ['ECONNRESET', undefined, 'E_S3_UNAVAILABLE', 'retry'],
    ['KeyTooLongError', 400, 'E_S3_UNUSABLE', 'fail'],
  ])('%s %s becomes %s, which means %s', (...[name, status, code, reaction]) => {
    expect(failureOf({ name, status, message: 'said so.' }, 'store s3://b/k', undefined)).toMatchObject({
      code,
      reaction,
    });
  });
});

describe('settings of S3', () => {
  const readFile = (): string =>
    JSON.stringify({ s3: { bucket_name: 'from-file', direct_data_folder: 'direct-data' }, redshift: { host: 'h' } });

  it('come from connector_config.json, overridden by the environment', () => {
    const environment = { AWS_REGION: 'eu-west-1', S3_PREFIX: 'team' };
    expect(readS3Settings({ environment, readFile })).toEqual({
      kind: 'read',
      settings: { bucket: 'from-file', prefix: 'team/', region: 'eu-west-1', endpoint: undefined },
    });
    expect(readS3Settings({ environment: { ...environment, S3_BUCKET: 'from-env' }, readFile })).toMatchObject({
      settings: { bucket: 'from-env' },
    });
  });

  it('are reported with every mistake at once', () => {
    const environment = { S3_BUCKET: 'Not A Bucket', S3_ENDPOINT: 'localhost', CONNECTOR_CONFIG_FILE: 'gone.json' };
    const reading = readS3Settings({ environment, readFile: () => undefined });
    expect(reading).toEqual({
      kind: 'unreadable',
      problems: [
        'CONNECTOR_CONFIG_FILE: there is no file gone.json. Correct the path or unset the variable.',
        expect.stringMatching(/^S3_BUCKET or s3.bucket_name/),
        expect.stringMatching(/^AWS_REGION: is missing/),
        expect.stringMatching(/^S3_ENDPOINT: expected an address/),
      ],
    });
  });
});

describe('the stage in S3', () => {
  const window = {
    start: Temporal.Instant.from('2026-01-20T13:15Z'),
    end: Temporal.Instant.from('2026-01-20T13:30Z'),
    zone: 'UTC',
  };
  const context: TransferContext = {
    pipelineId: 'veeva_incremental',
    recordId: recordId(7),
    window,
    fence: 1,
    params: {},
    covers: [],
    loadId: 'load-1',
    signal: new AbortController().signal,
    log: silentLog,
    clock: systemClock,
  };
  const prefix = stagePrefix('stage', context);
  const file = { key: 'product__v/updates-0.parquet', bytes: 5, rows: 1, sha256: 'aa' };

  async function staged(): Promise<StageManifest> {
    const schema = {
      table: 'product__v',
      columns: [{ name: 'id', type: { kind: 'text', bytes: 20 } as const }],
      key: ['id'],
    };
    const manifest: StageManifest = {
      version: 1,
      pipelineId: 'veeva_incremental',
      recordId: 7,
      window,
      format: 'parquet',
      location: store.url(prefix),
      sources: [],
      tables: [
        {
          extract: 'Object.product__v',
          schema,
          mode: 'merge',
          updates: { rows: 1, files: [file] },
          deletes: { rows: 0, files: [] },
        },
      ],
      removals: [],
      rows: 1,
      bytes: 5,
    };
    await store.put(prefix + file.key, Buffer.from('12345'));
    await store.put(prefix + MANIFEST_KEY, Buffer.from(manifestToJson(manifest)));
    return manifest;
  }

  it('is found whole, verified, and gone after cleaning', async () => {
    const stage = objectStage(store, 'stage');
    const manifest = await staged();
    expect(manifestToJson((await stage.find(context)) ?? manifest)).toBe(manifestToJson(manifest));
    await stage.verify(manifest, context);
    await store.put('stage/veeva_incremental/another/file', Buffer.from('kept'));
    await stage.clean(context);
    expect(await stage.find(context)).toBeUndefined();
    expect((await store.list('stage/')).map(({ key }) => key)).toEqual(['stage/veeva_incremental/another/file']);
  });

  it('cleans twice without complaint', async () => {
    await objectStage(store, 'stage').clean(context);
    await expect(objectStage(store, 'stage').clean(context)).resolves.toBeUndefined();
  });

  it('names a file that is missing, has another size, or lies elsewhere', async () => {
    const stage = objectStage(store, 'stage');
    const manifest = await staged();
    await store.put(prefix + file.key, Buffer.from('123456'));
    await expect(stage.verify(manifest, context)).rejects.toThrow(
      /product__v\/updates-0\.parquet has 6 bytes; expected 5 bytes/,
    );
    await store.removeAll([prefix + file.key]);
    await expect(stage.verify(manifest, context)).rejects.toThrow(/product__v\/updates-0\.parquet is missing/);
    await expect(stage.verify({ ...manifest, location: 's3://other/' }, context)).rejects.toMatchObject({
      code: 'E_STAGE_ELSEWHERE',
    });
  });

  it('refuses a manifest that it cannot read', async () => {
    await store.put(prefix + MANIFEST_KEY, Buffer.from('{"version":2}'));
    await expect(objectStage(store, 'stage').find(context)).rejects.toMatchObject({
      code: 'E_STAGE_MANIFEST_UNREADABLE',
    });
  });
});
