import { createHash } from 'node:crypto';
import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import type { Worker } from 'node:worker_threads';
import { gunzipSync, gzipSync } from 'node:zlib';

import { pack } from 'tar-stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { type ObjectStore, RemoteFailure } from '#framework';

import type { Arrival } from '../../tasks/veeva/archive/arrival.ts';
import { type UnpackRequest, unpack } from '../../tasks/veeva/archive/unpack.ts';
import { MemoryStore } from '../corpus/archives/memory-store.ts';
import { failureOfAsync } from '../support/failure-of.ts';

/** Lines that gzip makes little of, so that an archive has many gulps. */
function lines(count: number): string {
  const line = (_: unknown, row: number): string => createHash('sha512').update(`row ${row}`).digest('base64');
  return `${Array.from({ length: count }, line).join('\n')}\n`;
}

const LARGE = lines(40_000);
const MEMBERS = [
  ['manifest.csv', 'extract\n'],
  ['Object/large__c.csv', LARGE],
  ['Object/empty__c.csv', ''],
  ['Object/small__c.csv', 'id\nV1\n'],
] as const;

async function archiveOf(members: readonly (readonly [name: string, text: string])[]): Promise<Buffer> {
  const tar = pack();
  for (const [name, text] of members) tar.entry({ name }, text);
  tar.finalize();
  return gzipSync(await buffer(tar), { level: 1 });
}

/** A store whose objects come in sips of so many bytes, and fail or stall behind some of them. */
function sipping(bytes: number, behind: (sip: number) => Promise<void> = async () => {}): ObjectStore {
  const store = new MemoryStore();
  const { open } = store;
  async function* sips(key: string): AsyncGenerator<Buffer> {
    const whole = await buffer(await open(key));
    for (let at = 0; at < whole.length; at += bytes) {
      yield Buffer.from(whole.subarray(at, at + bytes));
      await behind(at / bytes);
    }
  }
  return Object.assign(store, { open: async (key: string) => Readable.from(sips(key)) });
}

/** What `unpack` takes at once. */
const GULP = 128 * 1024;

/** Gives nothing behind so many sips until `stalled` is resolved. */
function stallBehind(sips: number) {
  const stalled = Promise.withResolvers<void>();
  return { stalled, stalling: async (sip: number) => (sip < sips ? undefined : stalled.promise) };
}

/** What the store is told to end the reading of each object with. */
function signalsOf(store: ObjectStore): readonly AbortSignal[] {
  const signals: AbortSignal[] = [];
  const { open } = store;
  Object.assign(store, {
    open: async (key: string, options: { readonly signal: AbortSignal }) => {
      signals.push(options.signal);
      return open(key, options);
    },
  });
  return signals;
}

describe.each([
  ['in the thread of the worker', false],
  ['in a thread of its own', true],
])('an archive that is unpacked %s', (_where, inThread) => {
  let directory = '';
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'veeva-unpack-'));
  });
  afterEach(() => rm(directory, { recursive: true, force: true }));

  async function request(parts: readonly Buffer[], store = sipping(50_000)): Promise<UnpackRequest> {
    const keys = parts.map((_part, index) => `part-${index}`);
    for (const [index, part] of parts.entries()) await store.put(`part-${index}`, part);
    const { signal } = new AbortController();
    return { archive: 'x.tar.gz', keys, store, directory, limit: 1e9, inThread, signal };
  }

  it('has every member, byte for byte, whatever the parts and the sips that it comes in', async () => {
    const archive = await archiveOf(MEMBERS);
    for (const [cut, sip] of [
      [archive.length, 1e9],
      [1, 50_000],
      [archive.length - 3, 997],
    ] as const) {
      const parts = [archive.subarray(0, cut), archive.subarray(cut)];
      const unpacked = await unpack(await request(parts, sipping(sip)));
      expect(unpacked.members.map(({ member, bytes }) => [member, bytes])).toEqual(
        MEMBERS.map(([name, text]) => [name, text.length]),
      );
      const texts = await Promise.all(unpacked.members.map(({ path }) => readFile(path, 'utf8')));
      expect(texts.map((text, index) => text === MEMBERS[index]?.[1])).toEqual(MEMBERS.map(() => true));
      expect(unpacked).toMatchObject({
        bytes: archive.length,
        sha256: createHash('sha256').update(archive).digest('hex'),
      });
      await Promise.all(unpacked.members.map(({ path }) => rm(path)));
    }
  });

  it('tells of each member when it begins, and of its bytes when they lie in the file', async () => {
    const told: string[] = [];
    const waits: Promise<void>[] = [];
    const begun = ({ member, path }: { member: string; path: string }, arrival: Arrival, before: readonly object[]) => {
      told.push(`${before.length} ${member}`);
      if (member !== 'Object/large__c.csv') return;
      const half = Math.floor(LARGE.length / 2);
      waits.push(
        arrival.until(half).then(async () => {
          const text = await readFile(path, 'utf8');
          return void told.push(text.slice(0, half) === LARGE.slice(0, half) ? 'half' : 'wrong');
        }),
      );
    };
    await unpack({ ...(await request([await archiveOf(MEMBERS)])), begun });
    await Promise.all(waits);
    expect(told.toSorted()).toEqual([...MEMBERS.map(([name], index) => `${index} ${name}`), 'half'].toSorted());
  });

  it('ends the wait for bytes that never come', async () => {
    const archive = await archiveOf(MEMBERS);
    const waits: Promise<unknown>[] = [];
    const begun = ({ bytes }: { bytes: number }, arrival: Arrival) =>
      void waits.push(arrival.until(bytes).catch((error: unknown) => String(error)));
    const cut = await request([archive.subarray(0, archive.length / 2)]);
    expect((await failureOfAsync(() => unpack({ ...cut, begun }))).code).toBe('E_ARCHIVE_UNREADABLE');
    expect(await Promise.all(waits)).toEqual([undefined, 'Error: The archive ended inside "Object/large__c.csv".']);
  });

  it.each([
    ['E_ARCHIVE_UNREADABLE', 'incorrect header check', async () => Buffer.from('no gzip at all')],
    [
      'E_ARCHIVE_UNREADABLE',
      'Unexpected end of data',
      async () => gzipSync(gunzipSync(await archiveOf(MEMBERS)).subarray(0, 700)),
    ],
    ['E_ARCHIVE_MEMBER_TWICE', 'holds the member "OBJECT/A.csv" twice', () => archiveOf([...two('Object/a.csv')])],
    ['E_ARCHIVE_MEMBER_REFUSED', 'whose path climbs', () => archiveOf([['../x.csv', 'x']])],
    ['E_ARCHIVE_TOO_LARGE', 'unpacks to more than 1000 bytes', () => archiveOf(MEMBERS)],
  ] as const)('is refused by name: %s, %s', async (code, words, archive) => {
    const limit = code === 'E_ARCHIVE_TOO_LARGE' ? 1000 : 1e9;
    const failure = await failureOfAsync(async () => unpack({ ...(await request([await archive()])), limit }));
    expect([failure.constructor.name, failure.code]).toEqual(['DataFailure', code]);
    expect(failure.message).toContain(words);
    expect(failure.details).toMatchObject({ archive: 'x.tar.gz' });
  });

  it('fails with what the store failed with, not as a damaged archive', async () => {
    const store = sipping(50_000, async (sip) => {
      if (sip === 10) throw new RemoteFailure('E_STORE_AWAY', 'The store is away.');
    });
    const asked = await request([await archiveOf(MEMBERS)], store);
    expect((await failureOfAsync(() => unpack(asked))).code).toBe('E_STORE_AWAY');
  });

  it('fails with what the operating system says', async () => {
    await writeFile(join(directory, '0.csv'), 'of somebody else');
    const asked = await request([await archiveOf(MEMBERS)]);
    await expect(unpack(asked)).rejects.toMatchObject({ code: 'EEXIST', syscall: 'open' });
    expect(await readFile(join(directory, '0.csv'), 'utf8')).toBe('of somebody else');
  });

  it('is refused at once, also while the store gives nothing more', async () => {
    const { stalling, stalled } = stallBehind(1);
    const archive = await archiveOf([['../x.csv', LARGE]]);
    const store = sipping(GULP, stalling);
    const signals = signalsOf(store);
    const failure = await failureOfAsync(async () => unpack(await request([archive], store)));
    stalled.resolve();
    expect(failure.code).toBe('E_ARCHIVE_MEMBER_REFUSED');
    expect(signals.map(({ aborted }) => aborted)).toEqual([true]);
  });

  it('ends with an abort, also while the store gives nothing, and writes nothing afterwards', async () => {
    const stalled = Promise.withResolvers<void>();
    const abort = new AbortController();
    const store = sipping(50_000, async (sip) => {
      if (sip < 5) return;
      abort.abort(new Error('enough'));
      await stalled.promise;
    });
    const asked = { ...(await request([await archiveOf(MEMBERS)], store)), signal: abort.signal };
    await expect(unpack(asked)).rejects.toThrow('enough');
    const left = await sizes(directory);
    stalled.resolve();
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(await sizes(directory)).toEqual(left);
  });
});

it('tells that the thread is lost at once, also while the store gives nothing more', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'veeva-unpack-'));
  const { stalling, stalled } = stallBehind(1);
  const store = sipping(GULP, stalling);
  await store.put('part', await archiveOf(MEMBERS));
  const signals = signalsOf(store);
  const { signal } = new AbortController();
  process.once('worker', (worker: Worker) => setTimeout(() => void worker.terminate(), 500));
  const asked = { archive: 'x', keys: ['part'], store, directory, limit: 1e9, inThread: true, signal };
  const failure = await failureOfAsync(() => unpack(asked));
  stalled.resolve();
  expect(failure.code).toBe('E_UNPACK_THREAD_LOST');
  expect(signals.map(({ aborted }) => aborted)).toEqual([true]);
  await rm(directory, { recursive: true });
});

it('is unpacked anew by the next try where the thread is lost', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'veeva-unpack-'));
  const store = sipping(50_000);
  await store.put('part', await archiveOf(MEMBERS));
  const { signal } = new AbortController();
  const kill = (worker: Worker): void => void worker.terminate();
  process.once('worker', kill);
  const asked = { archive: 'x', keys: ['part'], store, directory, limit: 1e9, inThread: true, signal };
  const failure = await failureOfAsync(() => unpack(asked));
  expect([failure.code, failure.reaction]).toEqual(['E_UNPACK_THREAD_LOST', 'retry']);
  expect((await unpack({ ...asked, directory: await mkdtemp(join(directory, 'next-')) })).members).toHaveLength(4);
  await rm(directory, { recursive: true });
});

function* two(name: string): Generator<readonly [string, string]> {
  yield [name, 'x'];
  yield [name.toUpperCase().replace('.CSV', '.csv'), 'y'];
}

async function sizes(directory: string): Promise<readonly number[]> {
  const names = await readdir(directory);
  return Promise.all(names.map(async (name) => (await readFile(join(directory, name))).length));
}
