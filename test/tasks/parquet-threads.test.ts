import { readdir, readlink, symlink } from 'node:fs/promises';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { RemoteFailure } from '#framework';
import { openConverter } from '#tasks/parquet';

import { ThreadPool } from '../../tasks/parquet/thread/thread-pool.ts';
import { failureOfAsync } from '../support/failure-of.ts';
import { mustClose } from '../support/leaks.ts';
import { runningTime } from '../support/running-time.ts';
import { Desk } from './parquet-support.ts';

const script = (body: string): URL => new URL(`data:text/javascript,${encodeURIComponent(body)}`);
const ECHO = `import { parentPort } from 'node:worker_threads';
  parentPort.on('message', (job) => { if (job === 'exit') process.exit(7); if (job === 'throw') throw new Error('broken'); parentPort.postMessage(job); });`;

describe('Conversion threads', () => {
  let desk: Desk;
  beforeAll(async () => {
    desk = await Desk.open();
  });
  afterAll(() => desk.close());

  it.each(['exit', 'throw'])(
    'turns a thread that ends by %s into a failure that is tried again, and replaces the thread',
    async (end) => {
      const pool = mustClose('pool', new ThreadPool<string, string>(script(ECHO), 1));
      const [lost, after] = await Promise.all([failureOfAsync(() => pool.run(end)), pool.run('next')]);
      expect(lost).toBeInstanceOf(RemoteFailure);
      expect(lost.code).toBe('E_CONVERT_THREAD_LOST');
      expect(after).toBe('next');
      await pool.close();
    },
  );

  it('answers every one of more jobs than threads', async () => {
    const pool = mustClose('pool', new ThreadPool<string, string>(script(ECHO), 2));
    const jobs = Array.from({ length: 50 }, (_, index) => String(index));
    expect(await Promise.all(jobs.map((job) => pool.run(job)))).toEqual(jobs);
    await pool.close();
  });

  it('refuses jobs that still wait when it closes', async () => {
    const pool = mustClose('pool', new ThreadPool<string, string>(script('setInterval(() => {}, 1000)'), 1));
    const refused = ['in hand', 'waiting'].map((job) => failureOfAsync(() => pool.run(job)));
    await pool.close();
    expect((await Promise.all(refused)).map(({ code }) => code)).toEqual([
      'E_CONVERT_THREAD_LOST',
      'E_CONVERTER_CLOSED',
    ]);
  });

  it('ends soon after an abort and leaves no file', async () => {
    const converter = mustClose('converter', openConverter({ threads: 2, chunkBytes: 4_000_000 }));
    const request = await desk.request(`id,t\n${'V1,"some text, quoted"\n'.repeat(1_000_000)}`);
    const abort = new AbortController();
    const reason = new Error('enough');
    const work = converter.convert({ ...request, signal: abort.signal }).catch((error: unknown) => error);
    await fileIn(request.directory);
    const took = await runningTime(async () => {
      abort.abort(reason);
      expect(await work).toBe(reason);
    });
    expect(took).toBeLessThan(1000);
    expect(await readdir(request.directory)).toEqual(['source.csv']);
    await converter.close();
  });

  it('does nothing for a signal that is aborted already', async () => {
    const converter = mustClose('converter', openConverter());
    const reason = new Error('never mind');
    const request = await desk.request('id\n1\n', { signal: AbortSignal.abort(reason) });
    await expect(converter.convert(request)).rejects.toBe(reason);
    await converter.close();
  });

  it('waits for work in hand when it closes, and takes no more', async () => {
    const converter = mustClose('converter', openConverter({ threads: 1 }));
    const work = converter.convert(await desk.request('id\n1\n2\n'));
    await converter.close();
    expect((await work).rows).toBe(2);
    const late = await failureOfAsync(async () => converter.convert(await desk.request('id\n1\n')));
    expect(late.code).toBe('E_CONVERTER_CLOSED');
  });

  it('keeps the event loop free while it converts', async () => {
    const converter = mustClose('converter', openConverter({ threads: 1 }));
    const request = await desk.request(`id,t\n${'V1,"some text, quoted"\n'.repeat(400_000)}`);
    let turns = 0;
    const timer = setInterval(() => (turns += 1), 5);
    await converter.convert(request);
    clearInterval(timer);
    expect(turns).toBeGreaterThan(5);
    await converter.close();
  });

  it.runIf(process.platform === 'linux').each(['parquet', 'csv'] as const)(
    'closes a %s file that the disk has no room for',
    async (format) => {
      const converter = mustClose('converter', openConverter({ threads: 1 }));
      const request = await desk.request(`id,t\n${'V1,"some text, quoted"\n'.repeat(1000)}`, { format });
      await symlink('/dev/full', join(request.directory, `product-00000.${format}`));
      await expect(converter.convert(request)).rejects.toThrow('ENOSPC');
      const open = await readdir('/proc/self/fd');
      const targets = await Promise.all(open.map((name) => readlink(`/proc/self/fd/${name}`).catch(() => '')));
      expect(targets.filter((target) => target === '/dev/full')).toEqual([]);
      await converter.close();
    },
  );

  it('reports a missing source as it is', async () => {
    const converter = mustClose('converter', openConverter({ threads: 1 }));
    const request = await desk.request('id\n1\n');
    await expect(converter.convert({ ...request, source: `${request.source}.gone` })).rejects.toMatchObject({
      code: 'ENOENT',
    });
    await converter.close();
  });
});

/** Resolves once the first output file appears. */
async function fileIn(directory: string): Promise<void> {
  while ((await readdir(directory)).length < 2) await new Promise((resolve) => setImmediate(resolve));
}
