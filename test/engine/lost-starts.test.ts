import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { type RunId, dag, seconds, task } from '#framework';
import { type Windrow, openEmbeddedPostgres } from '#framework/operate';
import { afterEach, describe, expect, it } from 'vitest';

import { startTasks } from '../../framework/store/runs/start-tasks.ts';
import { eventually } from '../support/engine.ts';
import { Bench, row } from './bench.ts';

const once = dag('once', {}, (d) => void d.use('only', task('only', { run: async () => 1 })));

describe('a start that PostgreSQL forgets in a crash', () => {
  const bench = new Bench();
  let directory = '';
  afterEach(async () => {
    await bench.close();
    await rm(directory, { recursive: true, force: true });
  });

  it('is made again with a newer fence, and the try that was forgotten is refused', async () => {
    directory = await mkdtemp(join(tmpdir(), 'windrow-crash-'));
    const server = bench.keep(await openEmbeddedPostgres({ directory }));
    const engine = await bench.engine({ dags: [once], workers: 0, environment: { DATABASE_URL: server.url } });
    await start(engine, await bench.start(engine, 'once'));
    const run = await bench.start(engine, 'once');
    const writer = await pidOf(engine, `backend_type = 'walwriter'`);
    process.kill(writer, 'SIGSTOP');
    // PostgreSQL writes down 32 numbers of a sequence ahead: with these, the next one can be forgotten as well.
    await engine.store.database.forgetful.run({ text: `select nextval('fence') from generate_series(1, 100)` });
    const forgotten = await start(engine, run);
    // The death of one of its processes is a crash of the whole server.
    process.kill(writer, 'SIGKILL');
    await eventually('the recovery of the server', async () => {
      const pid = await pidOf(engine, `backend_type = 'walwriter'`).catch(() => writer);
      return Number.isNaN(pid) || pid === writer ? undefined : pid;
    });
    expect(await row(engine, 'select state from task_instance where run_id = $1', [run])).toEqual({ state: 'queued' });

    const again = await start(engine, run);
    expect(again.fence).toBeGreaterThan(forgotten.fence);
    expect(await engine.settler.report({ ...forgotten, outcome: { kind: 'success', output: 1 } })).toBe(false);
    expect(await engine.settler.report({ ...again, outcome: { kind: 'success', output: 1 } })).toBe(true);
  });
});

async function start({ store }: Windrow, runId: RunId) {
  const [taskId] = once.handlers.keys();
  if (taskId === undefined) throw new Error('no task');
  const by = { worker: 'w', leaseMs: seconds(60), tells: [] };
  const [started] = await startTasks(store.database, [{ runId, taskId, mapIndex: 0, seq: 1 }], by);
  if (started === undefined) throw new Error('The start was late.');
  return started;
}

async function pidOf(engine: Windrow, which: string): Promise<number> {
  return Number((await row(engine, `select pid from pg_stat_activity where ${which}`))?.['pid']);
}
