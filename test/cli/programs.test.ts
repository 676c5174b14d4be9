import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';

import { eventually } from '../support/engine.ts';
import { project } from './fixtures/project.ts';
import { FIXTURES, type Installation, openInstallationFolder, start, windrow, windrowJson } from './windrow.ts';

const FIELD = {
  project: join(FIXTURES, 'project.ts'),
  verbs: [join(FIXTURES, 'verbs.ts')],
  dashboard: join(FIXTURES, 'dashboard.ts'),
};
/** That of the fixtures tells how many dags it got. */
const DASHBOARD = `http://127.0.0.1:7420/${project.dags.length}`;
const LONG = '\'{"wait":60000}\'';

let at: Installation;
beforeAll(async () => {
  at = await openInstallationFolder(FIELD);
});
afterAll(() => at.close());

const Triggered = z.object({ runId: z.number() });

async function trigger(words: string): Promise<number> {
  return Triggered.parse((await windrowJson(at, `dags trigger ${words}`)).json).runId;
}

async function run(id: number): Promise<unknown> {
  return (await windrowJson(at, `runs show ${id}`)).json;
}

describe('windrow up', () => {
  it('says when it is ready, drains at SIGTERM and ends with 0', async () => {
    const up = start(at, 'up --json');
    await up.hears('"ready":true');
    const id = await trigger('patient --params \'{"wait":600}\'');
    await up.hears('The rest has begun');
    up.signal('SIGTERM');
    const { code, out, err } = await up.end;

    expect(code).toBe(0);
    expect(JSON.parse(out)).toEqual({
      ready: true,
      parts: ['scheduler', 'worker', 'dashboard'],
      queues: 'postgres',
      dags: project.dags.map(({ id }) => id),
      dashboard: DASHBOARD,
    });
    expect(err).toMatch(/waiting up to 20s for \d+ tasks? in hand.* The next signal hands/);
    expect(await run(id)).toMatchObject({ state: 'success', tasks: [{ output: 'rested' }] });
  });

  it('hands work back at the second signal, uncounted, and another worker takes it', async () => {
    const worker = start(at, 'worker');
    await worker.hears('Windrow is ready: worker;');
    const id = await trigger(`patient --params ${LONG}`);
    await worker.hears('The rest has begun');
    worker.signal('SIGINT');
    await worker.hears('The next signal hands');
    expect(await run(id)).toMatchObject({ tasks: [{ state: 'running' }] });
    worker.signal('SIGINT');
    const { code, err } = await worker.end;

    expect(code).toBe(0);
    expect(err).toMatch(/waiting up to 20s for \d+ tasks? in hand/);
    expect(err).toContain('handed back, uncounted. The next signal ends this process at once, with exit code 130');
    expect(await run(id)).toMatchObject({
      state: 'running',
      tasks: [{ state: 'queued', attempt: 1 }],
      attempts: [{ outcome: 'handed_back' }],
    });

    const other = start(at, 'worker');
    await other.hears('The rest has begun');
    expect(await run(id)).toMatchObject({ tasks: [{ state: 'running', attempt: 1 }] });
    expect((await windrowJson(at, `runs cancel ${id}`)).code).toBe(0);
    other.signal('SIGTERM');
    expect((await other.end).code).toBe(0);
  });

  it('ends at once at the third signal, with an exit code of its own', async () => {
    const worker = start(at, 'worker');
    await worker.hears('Windrow is ready: worker;');
    const id = await trigger('patient --params \'{"wait":60000,"deaf":true}\'');
    await worker.hears('The rest has begun');
    for (const heard of ['The next signal hands', 'The next signal ends', 'Ended at once with']) {
      worker.signal('SIGTERM');
      await worker.hears(heard);
    }
    expect((await worker.end).code).toBe(130);
    expect(await run(id)).toMatchObject({ state: 'running', tasks: [{ state: 'running' }], attempts: [] });
    expect((await windrowJson(at, `runs cancel ${id}`)).code).toBe(0);
  });
});

describe('a run that somebody waits for', () => {
  it('is done by a worker elsewhere, and its state is the exit code', async () => {
    const worker = start(at, 'worker');
    const [hello, broken] = [start(at, 'dags trigger hello --wait --json'), start(at, 'dags trigger broken --wait')];
    const [good, bad] = await Promise.all([hello.end, broken.end]);
    worker.signal('SIGTERM');

    expect(good.code).toBe(0);
    expect(JSON.parse(good.out)).toMatchObject({ dagId: 'hello', run: { state: 'success' } });
    expect(bad).toMatchObject({
      code: 1,
      out: expect.stringContaining('E_SPOILT: The milk is sour.'),
      err: expect.not.stringContaining('    at '),
    });
    expect((await worker.end).code).toBe(0);
  });
});

describe('dags test as a program', () => {
  it('cancels its run at Ctrl-C and ends with 1', async () => {
    const test = start(at, `dags test patient --json --params ${LONG}`);
    await test.hears('The rest has begun');
    test.signal('SIGINT');
    const { code, out } = await test.end;

    expect(code).toBe(1);
    expect(JSON.parse(out)).toMatchObject({ run: { state: 'cancelled', tasks: [{ state: 'cancelled' }] } });
  });
});

describe('dags test of a dag that may not have one run more', () => {
  it('says what it waits for, and can be given up', async () => {
    const first = await trigger('orders --window 2026-01-21T13:00Z..2026-01-21T14:00Z');
    const test = start(at, 'dags test orders --window 2026-01-21T14:00Z..2026-01-21T15:00Z');
    await test.hears(`The run waits, because its dag has as many runs as it may`);
    test.signal('SIGINT');
    const { code, out, err } = await test.end;

    expect(code).toBe(1);
    expect(out).toMatch(/state +cancelled/);
    expect(err).toContain(`running=[${first}]`);
  });
});

describe('the other servers and verbs', () => {
  it('start and stop by themselves', async () => {
    const programs = [start(at, 'scheduler'), start(at, 'dashboard')];
    await Promise.all(programs.map((program) => program.hears('Windrow is ready')));
    // It is listed from its first sign of life on, a moment later; a worker of an earlier test may still be there.
    const listed = await eventually('the scheduler in the list', async () => {
      const { out } = await windrow(at, 'processes list');
      return /^\S+ +scheduler +/m.test(out) ? out : undefined;
    });
    expect(listed).toMatch(/^PROCESS +KIND +HOST/);
    for (const program of programs) program.signal('SIGTERM');
    const [scheduler, dashboard] = await Promise.all(programs.map((program) => program.end));

    expect(scheduler).toMatchObject({ code: 0, out: expect.stringContaining('Windrow is ready: scheduler;') });
    expect(dashboard).toMatchObject({ code: 0, out: expect.stringContaining(`Dashboard: ${DASHBOARD}`) });
  });

  it('of the project may have a --json of their own', async () => {
    expect(await start(at, 'juggle --json').end).toEqual({ code: 0, out: '{"balls":3}\n', err: '' });
  });

  it('that are wrong end the process with the documented code', async () => {
    const ended = await Promise.all(['dags show helo', 'dags shw'].map((words) => start(at, words).end));
    expect(ended.map(({ code }) => code)).toEqual([3, 2]);
  });
});
