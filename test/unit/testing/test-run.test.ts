import { readFileSync } from 'node:fs';

import {
  type Closable,
  type Connection,
  DataFailure,
  type NoInput,
  type TaskContext,
  Temporal,
  choose,
  dag,
  defer,
  definePlugin,
  every,
  skip,
  stop,
  task,
} from '#framework';
import { testRun } from '#framework/testing';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';

import { doublesPipeline, transferDoubles } from '../../support/transfer-doubles.ts';

const now = '2026-01-20T13:30Z';
const window = '2026-01-20T13:15Z..2026-01-20T13:30Z';

const fine = task('fine', { run: () => ({ rows: 3 }) });
const broken = task('broken', { retry: 2, run: () => Promise.reject(new Error('no answer')) });
const after = task('after', { run: ({ input }: TaskContext<{ rows: { rows: number } }>) => input.rows.rows + 1 });
const tidy = task('tidy', { teardown: true, run: () => 'tidied' });

it('is documented by an example of at most 25 lines, which is a test', () => {
  const example = readFileSync(new URL('orders.test.ts', import.meta.url), 'utf8');
  const readme = readFileSync(new URL('../../../framework/testing/README.md', import.meta.url), 'utf8');
  expect(readme).toContain(`\`\`\`ts\n${example}\`\`\``);
  expect(example.trimEnd().split('\n').length).toBeLessThanOrEqual(25);
});

describe('a test run', () => {
  it('ends at the deadline of its dag, by the time that it waits, and tears down', async () => {
    const waits = task('waits', { run: ({ clock }) => defer(clock.now().add({ minutes: 20 }), 'not yet') });
    const late = dag('late', { runTimeout: '1h' }, (d) => {
      const waiting = d.use('waits', waits);
      d.use('tidy', tidy, { after: [d.use('fine', fine, { after: [waiting] })] });
    });
    const run = await testRun(late, { now });
    expect(run).toMatchObject({
      state: 'failed',
      tasks: { waits: { state: 'cancelled' }, fine: { state: 'cancelled' }, tidy: { state: 'success' } },
    });
    expect(run.endedAt.toString()).toBe('2026-01-20T14:30:00Z');
  });

  it('gives a teardown no value of a task that stopped what follows', async () => {
    const check = task('check', { run: ({ attempt }) => (attempt > 1 ? 1 : stop('no files')) });
    const sees = task('sees', { teardown: true, run: ({ input }: TaskContext<{ value?: number }>) => ({ ...input }) });
    const stops = dag('stops', {}, (d) => {
      const value = d.use('check', check);
      d.use('sees', sees, { value, after: [d.use('fine', fine, { after: [value] })] });
    });
    const run = await testRun(stops, { now });
    expect(run).toMatchObject({ state: 'success', tasks: { fine: { state: 'skipped' }, sees: { output: {} } } });
    expect(run.tasks['check']).toMatchObject({ state: 'success', output: undefined, reason: 'no files' });
  });

  it('hands outputs on, runs teardowns, and says how a task failed after all its tries', async () => {
    const both = dag('both', {}, (d) => {
      const rows = d.use('fine', fine);
      const failed = d.use('broken', broken, { after: [d.use('after', after, { rows })] });
      d.use('never', task('never', { run: () => 1 }), { after: [failed] });
      d.use('tidy', tidy, { after: ['never'] });
    });
    const run = await testRun(both, { now });
    expect(run.state).toBe('failed');
    expect(run.outputOf(after)).toBe(4);
    expect(run.tasks['broken']).toMatchObject({ state: 'failed', attempts: 3, failure: { message: 'no answer' } });
    expect(run.tasks['never']).toMatchObject({ state: 'upstream_failed', attempts: 0 });
    expect(run.tasks['tidy']).toMatchObject({ state: 'success', output: 'tidied' });
    // 1 s and 2 s of waiting, with no jitter.
    expect(run.endedAt.toString()).toBe('2026-01-20T13:30:03Z');
  });

  it('forgets the failure of a try when a later one succeeds', async () => {
    const flaky = task('flaky', { run: ({ attempt }) => (attempt < 3 ? Promise.reject(new Error('busy')) : attempt) });
    const run = await testRun(
      dag('flakes', {}, (d) => void d.use('flaky', flaky)),
      { now },
    );
    expect(run.tasks).toEqual({ flaky: { state: 'success', attempts: 3, output: 3, notes: [], failure: undefined } });
  });

  it('never tries again what cannot help', async () => {
    const bad = task('bad', { run: () => Promise.reject(new DataFailure('E_BAD', 'bad data')) });
    const run = await testRun(
      dag('bads', {}, (d) => void d.use('bad', bad)),
      { now },
    );
    expect(run.tasks['bad']).toMatchObject({ state: 'failed', attempts: 1, failure: { code: 'E_BAD' } });
  });

  it('skips what follows a skip, and runs a task whose rule allows it', async () => {
    const nothing = task('nothing', { run: () => skip('nothing new') });
    const rows = task('rows', { run: () => 1 });
    const report = task('report', { rule: 'all_done', run: () => 'sent' });
    const skips = dag('skips', {}, (d) => {
      const follows = d.use('rows', rows, { after: [d.use('nothing', nothing)] });
      d.use('report', report, { after: [follows] });
    });
    const run = await testRun(skips, { now });
    expect(run).toMatchObject({
      state: 'success',
      tasks: {
        nothing: { state: 'skipped', reason: 'nothing new' },
        rows: { state: 'skipped' },
        report: { state: 'success' },
      },
    });
    expect(() => run.outputOf(nothing)).toThrow(/skipped, nothing new/);
  });

  it('skips what a task did not choose, and says so', async () => {
    const picks = task('picks', { run: () => choose('full') });
    const either = dag('either', {}, (d) => {
      const picked = d.use('picks', picks);
      for (const id of ['full', 'part']) d.use(id, task(id, { run: () => id }), { after: [picked] });
    });
    const run = await testRun(either, { now });
    expect(run.tasks).toMatchObject({
      full: { state: 'success' },
      part: { state: 'skipped', reason: 'not chosen by picks' },
    });
  });

  it('moves the clock to the end of a deferral, and counts no attempt for it', async () => {
    const due = Temporal.Instant.from('2026-01-20T18:00Z');
    const waits = task('waits', {
      run: ({ clock }) => (Temporal.Instant.compare(clock.now(), due) < 0 ? defer(due, 'not yet') : 'there'),
    });
    const run = await testRun(
      dag('waits', {}, (d) => void d.use('waits', waits)),
      { now },
    );
    expect(run.tasks['waits']).toMatchObject({ state: 'success', attempts: 1, output: 'there' });
    expect(run.endedAt).toEqual(due);
  });

  it('gives up on a task that waits for ever', async () => {
    const waits = task('waits', { run: ({ clock }) => defer(clock.now().add({ minutes: 1 }), 'never comes') });
    const endless = dag('endless', {}, (d) => void d.use('waits', waits));
    await expect(testRun(endless, { now })).rejects.toMatchObject({ code: 'E_TEST_RUN_ENDLESS' });
  });

  it('uses preset outputs instead of running their tasks, and refuses those of unknown tasks', async () => {
    const chain = dag('chain', {}, (d) => void d.use('after', after, { rows: d.use('fine', fine) }));
    const run = await testRun(chain, { now, outputs: { fine: { rows: 41 } } });
    expect(run.tasks).toMatchObject({ fine: { state: 'success', attempts: 0 }, after: { output: 42 } });
    await expect(testRun(chain, { now, outputs: { fein: 1 } })).rejects.toThrow(/"fein".*Expected one of fine, after/);
  });

  it('reads params by the schema of the dag, and refuses what it does not read', async () => {
    const limited = task('limited', { run: ({ params }: TaskContext<NoInput, { limit: number }>) => params.limit });
    const Limit = z.object({ limit: z.number().default(7) });
    const limits = dag('limits', { params: Limit }, (d) => void d.use('limited', limited));
    expect((await testRun(limits, { now })).outputOf(limited)).toBe(7);
    await expect(testRun(limits, { now, params: { limit: 'x' } })).rejects.toMatchObject({ code: 'E_RUN_PARAMS' });
  });

  it('fails a task that opens a connection without a stand-in', async () => {
    const lake: Connection<object, Closable> = {
      name: 'lake',
      read: () => ({ kind: 'read', settings: {} }),
      open: () => Promise.reject(new Error('opened')),
    };
    const opens = task('opens', { run: async ({ connections }) => void (await connections.get(lake)) });
    const run = await testRun(
      dag('opens', {}, (d) => void d.use('opens', opens)),
      { now },
    );
    expect(run.tasks['opens']?.failure).toMatchObject({ code: 'E_TEST_CONNECTION' });
  });

  it('takes the time limit of a task as it is', async () => {
    const slow = task('slow', {
      timeout: '50ms',
      retry: 0,
      run: ({ signal }) =>
        new Promise<number>((_, reject) => {
          signal.addEventListener('abort', () => reject(new Error('stopped')), { once: true });
        }),
    });
    const run = await testRun(
      dag('slows', {}, (d) => void d.use('slow', slow)),
      { now },
    );
    expect(run.tasks['slow']).toMatchObject({ state: 'failed', failure: { code: 'E_TASK_TIMED_OUT' } });
  });
});

describe('a test run of a pipeline', () => {
  const schedule = every('15m', { start: '2026-01-20T13:15Z' });

  it('moves one window through the six tasks and shows its record', async () => {
    const doubles = transferDoubles();
    const run = await testRun(doublesPipeline('orders', doubles, { schedule }), { now, window });
    expect(run.state).toBe('success');
    expect(doubles.completed).toEqual([window]);
    expect(run.record).toMatchObject({ pipelineStatus: 'COMPLETED', phaseCompleted: 'AUDIT', timeInterval: '15m' });
    expect(run.record?.audit).toMatchObject({ result: 'PASS', sourceCount: 3, stageCount: 3, targetCount: 3 });
  });

  it('shows the failure on the record, tells people, and keeps the phase that was completed', async () => {
    const doubles = transferDoubles();
    doubles.target.trouble = () => {
      throw new DataFailure('E_TARGET', 'the target is broken');
    };
    const run = await testRun(doublesPipeline('orders', doubles, { schedule }), { now, window });
    expect(run.record).toMatchObject({
      pipelineStatus: 'FAILED',
      phaseCompleted: 'SOURCE_TO_STAGE',
      phases: { STAGE_TO_TARGET: { status: 'FAILED' } },
      error: { code: 'E_TARGET' },
    });
    expect(doubles.failed).toMatchObject([{ task: 'stage_to_target', code: 'E_TARGET' }]);
  });

  it('completes a window that the target holds already', async () => {
    const doubles = transferDoubles();
    doubles.target.log.push({ loadId: 'earlier', recordId: 1, window, fence: 0, rows: 3 });
    doubles.target.tables.set(window, 3);
    const run = await testRun(doublesPipeline('orders', doubles, { schedule }), { now, window });
    expect(run.tasks['pre_validation']?.state).toBe('skipped');
    expect(run.record).toMatchObject({ pipelineStatus: 'COMPLETED', audit: { result: 'PASS', targetCount: 3 } });
  });

  it('needs a window', async () => {
    const orders = doublesPipeline('orders', transferDoubles(), { schedule });
    await expect(testRun(orders, { now })).rejects.toMatchObject({ code: 'E_TEST_WINDOW' });
    await expect(testRun(orders, { now, window: 'today' })).rejects.toMatchObject({ code: 'E_TEST_WINDOW' });
  });
});

describe('a mapped task in a test run', () => {
  const items = task('items', { run: () => [1, 2, 3] });
  const load = task('load', {
    run: ({ input, mapIndex }: TaskContext<{ item: number }>) =>
      input.item === 2 ? skip('even') : { item: input.item, mapIndex: mapIndex ?? null },
  });
  const sum = task('sum', {
    run: ({ input }: TaskContext<{ loaded: readonly { item: number }[] }>) =>
      input.loaded.reduce((total, { item }) => total + item, 0),
  });
  const mapped = dag('mapped', {}, (d) => {
    const loaded = d.use('load', load.map({ item: d.use('items', items) }));
    d.use('sum', sum, { loaded });
  });

  it('runs once for each element and hands on what its instances returned', async () => {
    const run = await testRun(mapped, { now: '2026-01-20T12:00Z' });
    expect(run.tasks['load[1]']).toMatchObject({ state: 'skipped', reason: 'even' });
    expect(run.tasks['load']?.output).toEqual([
      { item: 1, mapIndex: 0 },
      { item: 3, mapIndex: 2 },
    ]);
    expect(run.outputOf(load, 'load[2]').item).toBe(3);
    expect(run.outputOf(sum)).toBe(4);
  });

  it('fails over what is no list', async () => {
    const run = await testRun(mapped, { now: '2026-01-20T12:00Z', outputs: { items: 'three' } });
    expect(run.tasks['load']).toMatchObject({ state: 'failed', failure: { code: 'E_MAP_NOT_A_LIST' } });
  });
});

describe('a plugin in a test run', () => {
  const counted = definePlugin({
    name: 'counted',
    version: '1',
    context: ({ note, attempt, window: at, database }) => ({
      rows: (rows: number) => note({ rows, attempt, start: at?.start.toString() ?? null }),
      known: () => database.run('select 1'),
    }),
  });
  const counts = task('counts', {
    retry: 1,
    run: ({ extensions, attempt }) => {
      extensions.get(counted).rows(attempt * 10);
      if (attempt === 1) throw new Error('busy');
    },
  });
  const counting = dag('counting', {}, (d) => void d.use('counts', counts, { after: [d.use('fine', fine)] }));

  it('gives tasks what it adds, and shows what it noted about the last try', async () => {
    const run = await testRun(counting, { now, window, plugins: [counted] });
    expect(run.tasks['fine']?.notes).toEqual([]);
    expect(run.tasks['counts']).toMatchObject({
      state: 'success',
      notes: [{ plugin: 'counted', facts: { rows: 20, attempt: 2, start: '2026-01-20T13:15:00Z' } }],
    });
  });

  it('is refused where the test does not list it, and has no tables', async () => {
    const unlisted = await testRun(counting, { now, window });
    expect(unlisted.tasks['counts']?.failure).toMatchObject({ code: 'E_PLUGIN_NOT_INSTALLED' });
    const asks = task('asks', { run: async ({ extensions }) => void (await extensions.get(counted).known()) });
    const asking = dag('asking', {}, (d) => void d.use('asks', asks));
    const run = await testRun(asking, { now, plugins: [counted] });
    expect(run.tasks['asks']?.failure).toMatchObject({ code: 'E_TEST_DATABASE' });
  });
});
