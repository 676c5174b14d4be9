import { ListObjectsV2Command, PutObjectCommand, paginateListObjectsV2 } from '@aws-sdk/client-s3';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { compareKeys, listPage } from '../../sandbox/s3/listing.ts';
import { BUCKET, type S3Bench, openS3Bench } from './s3-bench.ts';

const KEYS = ['a/1', 'a/2', 'a/b/3', 'a/b/4', 'a0', 'b', 'list/\uFFFD', 'list/\u{10000}', 'z & <z>'];

let bench: S3Bench;
beforeAll(async () => {
  bench = await openS3Bench();
  for (const Key of KEYS) await bench.client().send(new PutObjectCommand({ Bucket: BUCKET, Key, Body: Key }));
});
afterAll(() => bench.close());

describe('ListObjectsV2', () => {
  it('lists keys in the order of their UTF-8 bytes, with sizes', async () => {
    const {
      Contents = [],
      KeyCount,
      IsTruncated,
    } = await bench.client().send(new ListObjectsV2Command({ Bucket: BUCKET }));
    expect(Contents.map(({ Key }) => Key)).toEqual(KEYS);
    expect(Contents.map(({ Size }) => Size)).toEqual(KEYS.map((key) => Buffer.byteLength(key)));
    expect({ KeyCount, IsTruncated }).toEqual({ KeyCount: KEYS.length, IsTruncated: false });
  });

  it('rolls keys up to a delimiter and counts a common prefix as one', async () => {
    const ask = new ListObjectsV2Command({ Bucket: BUCKET, Prefix: 'a', Delimiter: '/', MaxKeys: 2 });
    const { Contents = [], CommonPrefixes = [], KeyCount, IsTruncated } = await bench.client().send(ask);
    expect(CommonPrefixes).toEqual([{ Prefix: 'a/' }]);
    expect(Contents.map(({ Key }) => Key)).toEqual(['a0']);
    expect({ KeyCount, IsTruncated }).toEqual({ KeyCount: 2, IsTruncated: false });
  });

  it('starts after a key', async () => {
    const { Contents = [] } = await bench
      .client()
      .send(new ListObjectsV2Command({ Bucket: BUCKET, StartAfter: 'a/b/3', MaxKeys: 2 }));
    expect(Contents.map(({ Key }) => Key)).toEqual(['a/b/4', 'a0']);
  });

  it('pages through everything once', async () => {
    const found: (string | undefined)[] = [];
    for await (const page of paginateListObjectsV2({ client: bench.client(), pageSize: 2 }, { Bucket: BUCKET })) {
      expect(page.Contents?.length).toBeLessThanOrEqual(2);
      found.push(...(page.Contents ?? []).map(({ Key }) => Key));
    }
    expect(found).toEqual(KEYS);
  });

  it('refuses a token that it did not give', async () => {
    const ask = new ListObjectsV2Command({ Bucket: BUCKET, ContinuationToken: 'nonsense' });
    await expect(bench.client().send(ask)).rejects.toThrow(expect.objectContaining({ name: 'InvalidArgument' }));
  });

  it('shows every entry exactly once, whatever the page size and delimiter', () => {
    const key = fc.stringMatching(/^[ab/]{1,6}$/);
    const query = fc.record({
      prefix: fc.constantFrom('', 'a', 'a/'),
      delimiter: fc.constantFrom('', '/'),
      most: fc.integer({ min: 1, max: 4 }),
    });
    fc.assert(
      fc.property(fc.uniqueArray(key, { maxLength: 30 }), query, (unsorted, asked) => {
        const keys = unsorted.toSorted(compareKeys);
        const whole = listPage(keys, { ...asked, most: 1000, startAfter: '', resumeAfter: undefined }).entries;
        expect(allPages(keys, asked)).toEqual(whole);
      }),
    );
  });
});

function allPages(
  keys: readonly string[],
  asked: { readonly prefix: string; readonly delimiter: string; readonly most: number },
): unknown[] {
  const entries: unknown[] = [];
  let resumeAfter: string | undefined;
  do {
    const page = listPage(keys, { ...asked, startAfter: '', resumeAfter });
    entries.push(...page.entries);
    resumeAfter = page.next;
  } while (resumeAfter !== undefined);
  return entries;
}
