import { once } from 'node:events';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { ObjectStore } from '#framework';

import { FileMemory, type LocalFile, type UploadTools, upload } from '../../tasks/veeva/stage/upload.ts';
import { MemoryStore } from '../corpus/archives/memory-store.ts';

type Body = Uint8Array | Readable;

describe('The bytes of a converted file', () => {
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'veeva-upload-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  async function file(name: string, bytes: Buffer): Promise<LocalFile> {
    const path = join(folder, name);
    await writeFile(path, bytes);
    return { path, bytes: bytes.length };
  }

  const copyOf = async (body: Body): Promise<Buffer> => (body instanceof Readable ? buffer(body) : Buffer.from(body));

  it('lie in the same memory as those of the file before, and are its own', async () => {
    const memory = new FileMemory();
    const places = new Set<unknown>();
    const texts = ['a file of some length', 'shorter', 'again as long as that'];
    for (const text of texts) {
      await memory.give(await file('one', Buffer.from(text)), async (body) => {
        expect((await copyOf(body)).toString()).toBe(text);
        if (body instanceof Uint8Array) places.add(body.buffer);
      });
    }
    expect(places.size).toBe(1);
  });

  it('come as a stream where another file has the memory, or where they are many', async () => {
    const memory = new FileMemory();
    const large = await file('large', Buffer.alloc(17 * 1024 * 1024, 7));
    const text = 'second'.repeat(11_000);
    await memory.give(await file('first', Buffer.from('first')), async (first) => {
      await memory.give(await file('second', Buffer.from(text)), async (second) => {
        expect(second).toBeInstanceOf(Readable);
        expect((await copyOf(second)).toString()).toBe(text);
      });
      expect((await copyOf(first)).toString()).toBe('first');
    });
    await memory.give(large, async (body) => {
      expect(body).toBeInstanceOf(Readable);
      expect((await copyOf(body)).length).toBe(large.bytes);
    });
  });

  it('have memory of their own where they are few and another file has the memory', async () => {
    const memory = new FileMemory();
    await memory.give(await file('first', Buffer.from('first')), async (first) => {
      const small = ['second', 'third'].map(async (name) =>
        memory.give(await file(name, Buffer.from(name)), async (body) => {
          expect(body).toBeInstanceOf(Uint8Array);
          expect((await copyOf(body)).toString()).toBe(name);
        }),
      );
      await Promise.all(small);
      const short = memory.give({ ...(await file('short', Buffer.from('short'))), bytes: 9 }, async () => {});
      await expect(short).rejects.toThrow('ends after 5 bytes; 9 were written');
      expect((await copyOf(first)).toString()).toBe('first');
    });
  });

  it('are left alone by later files where they could not be stored, since something may still send them', async () => {
    const memory = new FileMemory();
    const left: Body[] = [];
    const work = memory.give(await file('lost', Buffer.from('lost')), async (body) => {
      left.push(body);
      throw new Error('no answer');
    });
    await expect(work).rejects.toThrow('no answer');
    await memory.give(await file('next', Buffer.from('next')), async () => {});
    expect((await Promise.all(left.map(copyOf))).map(String)).toEqual(['lost']);
  });

  it('are closed where a stream of them could not be stored', async () => {
    const memory = new FileMemory();
    const left: Body[] = [];
    const large = await file('large and lost', Buffer.alloc(17 * 1024 * 1024));
    const work = memory.give(large, async (body) => {
      left.push(body);
      throw new Error('no answer');
    });
    await expect(work).rejects.toThrow('no answer');
    expect(left.map((body) => body instanceof Readable && body.destroyed)).toEqual([true]);
  });

  it('are refused where the file has become shorter', async () => {
    const memory = new FileMemory();
    const given = await file('short', Buffer.from('short'));
    const work = memory.give({ ...given, bytes: 9 }, async () => {});
    await expect(work).rejects.toThrow('ends after 5 bytes; 9 were written');
  });
});

describe('Converted files on their way to the stage', () => {
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'veeva-upload-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  async function moved(name: string) {
    const source = join(folder, `${name}.csv`);
    const paths = [0, 1, 2].map((file) => join(folder, `${name}-${file}.parquet`));
    for (const path of [source, ...paths]) await writeFile(path, 'PAR1');
    return { source, files: paths.map((path) => ({ path, bytes: 4, rows: 1, sha256: '' })) };
  }

  function tools(store: ObjectStore): UploadTools {
    return { store, prefix: 'stage/', memory: new FileMemory(), signal: new AbortController().signal };
  }

  it('are stored in their order, and neither they nor their source are left in the folder', async () => {
    const files = await moved('stored');
    const store = new MemoryStore();
    const keys = ['t/stored-0.parquet', 't/stored-1.parquet', 't/stored-2.parquet'];
    expect((await upload(files, 't', tools(store))).map(({ key }) => key)).toEqual(keys);
    expect((await store.list('stage/')).map(({ key }) => key)).toEqual(keys.map((key) => `stage/${key}`));
    expect((await readdir(folder)).filter((name) => name.startsWith('stored'))).toEqual([]);
  });

  it.each([
    ['what they were made of', 0],
    ['a stored one', 1],
  ])('are no longer sent when it is told that %s cannot be removed', async (_what, next) => {
    const { source, files } = await moved(`kept-${next}`);
    const steps: string[] = [];
    const put: ObjectStore['put'] = async (key, _body, { signal } = {}) => {
      // Behind it `next` is stored, so that the removal fails meanwhile.
      await rm([source, ...files.map(({ path }) => path)][next] ?? '', { force: true });
      if (!key.endsWith(`-${next}.parquet`)) return;
      steps.push('begun');
      if (signal?.aborted === false) await once(signal, 'abort');
      steps.push('ended');
    };
    if (next === 0) await rm(source);
    const work = upload({ source, files }, 't', tools(Object.assign(new MemoryStore(), { put })));
    await expect(work).rejects.toThrow('ENOENT');
    expect(steps).toEqual(['begun', 'ended']);
  });
});
