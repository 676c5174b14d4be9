import {
  CopyObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  PutObjectCommand,
  type S3ClientConfig,
} from '@aws-sdk/client-s3';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';

import { BUCKET, type S3Bench, bytesOf, openS3Bench, patterned } from './s3-bench.ts';

let bench: S3Bench;
beforeAll(async () => {
  bench = await openS3Bench();
});
afterEach(() => bench.sandbox().faults.clear());
afterAll(() => bench.close());

const put = (Key: string, overrides: S3ClientConfig = {}): Promise<unknown> =>
  bench.client(overrides).send(new PutObjectCommand({ Bucket: BUCKET, Key, Body: patterned(100_000) }));

describe('faults of S3 on demand', () => {
  it.each([
    ['slow_down', 'SlowDown'],
    ['internal_error', 'InternalError'],
    ['conflict', 'ConditionalRequestConflict'],
  ] as const)('answers %s as often as asked, then works', async (kind, name) => {
    bench.sandbox().faults.add({ kind, count: 2, key: 'fault/*' });
    await put('untouched');
    await expect(put('fault/1')).rejects.toThrow(expect.objectContaining({ name }));
    await expect(put('fault/2')).rejects.toThrow(expect.objectContaining({ name }));
    await put('fault/3');
  });

  it('is overcome by the retries of the client', async () => {
    bench.sandbox().faults.add({ kind: 'slow_down', count: 2, operation: 'PutObject' });
    await put('retried', { maxAttempts: 3 });
    expect(bench.sandbox().faults.pending).toEqual([]);
  });

  it('cuts a download in the middle', async () => {
    await put('cut');
    bench.sandbox().faults.add({ kind: 'reset', operation: 'GetObject' });
    const answer = await bench.client().send(new GetObjectCommand({ Bucket: BUCKET, Key: 'cut' }));
    await expect(bytesOf(answer.Body)).rejects.toThrow(/aborted|reset|terminated/i);
  });

  it('cuts an upload and stores nothing of it', async () => {
    bench.sandbox().faults.add({ kind: 'reset', operation: 'PutObject' });
    await expect(put('never')).rejects.toThrow(/reset|hang up|EPIPE/i);
    await expect(bench.client().send(new HeadObjectCommand({ Bucket: BUCKET, Key: 'never' }))).rejects.toThrow(
      expect.objectContaining({ name: 'NotFound' }),
    );
  });

  it('stores an object and loses the answer', async () => {
    bench.sandbox().faults.add({ kind: 'lost_response', operation: 'PutObject' });
    await expect(put('stored')).rejects.toThrow(/reset|hang up/i);
    expect((await bench.client().send(new HeadObjectCommand({ Bucket: BUCKET, Key: 'stored' }))).ContentLength).toBe(
      100_000,
    );
  });

  it('answers a copy with an error inside 200', async () => {
    await put('source');
    bench.sandbox().faults.add({ kind: 'error_in_ok', operation: 'CopyObject' });
    const copy = new CopyObjectCommand({ Bucket: BUCKET, Key: 'copied', CopySource: `${BUCKET}/source` });
    await expect(bench.client().send(copy)).rejects.toThrow(expect.objectContaining({ name: 'InternalError' }));
  });

  it('is asked for over HTTP, and refuses what is no fault', async () => {
    const ask = (body: string): Promise<Response> =>
      fetch(`${bench.sandbox().endpoint}/sandbox/faults`, { method: 'POST', body });
    expect((await ask('{"kind":"slow_down","key":"http/*"}')).status).toBe(204);
    await expect(put('http/1')).rejects.toThrow(expect.objectContaining({ name: 'SlowDown' }));
    expect((await ask('{"kind":"earthquake"}')).status).toBe(400);
  });
});
