import { describe, expect, it } from 'vitest';
import { z } from 'zod';

import {
  MAX_OUTPUT_BYTES,
  Temporal,
  choose,
  dag,
  dagId,
  defer,
  runId,
  silentLog,
  skip,
  stop,
  systemClock,
  task,
  taskId,
  windowOf,
} from '#framework';

import { failureOf, failureOfAsync } from '../support/failure-of.ts';

const context = (input: unknown = {}) => ({
  input,
  params: {},
  dagId: dagId('products'),
  runId: runId(1),
  taskId: taskId('t'),
  attempt: 1,
  fence: 1,
  signal: new AbortController().signal,
  log: silentLog,
  clock: systemClock,
  connections: { get: () => Promise.reject(new Error('no connections in this test')) },
  extensions: {
    get: () => {
      throw new Error('no plugins in this test');
    },
  },
  progress: () => {},
});

const run = (returned: unknown) => task('t', { run: () => returned as null }).handler.run(context());

describe('what a task function returns', () => {
  it.each([
    ['an object', { files: ['a.csv'], none: undefined }, { files: ['a.csv'] }],
    ['text', 'done', 'done'],
    ['nothing', undefined, null],
    ['an object that looks like an outcome', { kind: 'skip', reason: 'x' }, { kind: 'skip', reason: 'x' }],
  ])('is kept as its output: %s', async (_, returned, output) => {
    expect(await run(returned)).toEqual({ kind: 'success', output });
  });

  it('may be a skip with its reason', async () => {
    expect(await run(skip('nothing new'))).toEqual({ kind: 'skip', reason: 'nothing new' });
  });

  it('may be a deferral until a moment', async () => {
    const outcome = await run(defer('2026-01-20T13:30Z', 'not published'));
    expect(outcome).toMatchObject({ kind: 'defer', reason: 'not published' });
    expect(outcome.kind === 'defer' && outcome.until.equals(Temporal.Instant.from('2026-01-20T13:30Z'))).toBe(true);
  });

  it('may be a choice of what follows, each once, which is its output too', async () => {
    expect(await run(choose('load_full', 'load_delta', 'load_full'))).toEqual({
      kind: 'success',
      output: ['load_full', 'load_delta'],
      chooses: { kind: 'only', tasks: ['load_full', 'load_delta'] },
    });
    expect(await run(choose())).toMatchObject({ output: [], chooses: { tasks: [] } });
  });

  it('may stop what follows, with or without respect for trigger rules', async () => {
    expect(await run(stop('no files'))).toEqual({
      kind: 'success',
      output: null,
      chooses: { kind: 'stop', rules: 'ignore', reason: 'no files' },
    });
    expect(await run(stop('no files', { rules: 'respect' }))).toMatchObject({ chooses: { rules: 'respect' } });
  });

  it('cannot be deferred until something that is no moment', () => {
    expect(failureOf(() => defer('tomorrow', 'x'))).toMatchObject({ code: 'E_DEFER_UNREADABLE' });
  });

  it.each([
    ['a bigint', 1n],
    ['a function', () => 1],
  ])('is refused where it has no JSON form: %s', async (_, returned) => {
    const failure = await failureOfAsync(() => run(returned));
    expect(failure).toMatchObject({ name: 'DataFailure', code: 'E_TASK_OUTPUT_NOT_JSON' });
    expect(failure.message).toContain('Task "t"');
  });

  it('may fill the limit to the byte and not exceed it, counted in UTF-8', async () => {
    const fits = 'é'.repeat((MAX_OUTPUT_BYTES - 2) / 2);
    expect(await run(fits)).toMatchObject({ kind: 'success' });
    expect(await failureOfAsync(() => run(`${fits}x`))).toMatchObject({ code: 'E_TASK_OUTPUT_TOO_LARGE' });
  });

  it('is a failure when the function throws, whether at once or later', async () => {
    const now = task('t', {
      run: (): null => {
        throw new RangeError('at once');
      },
    });
    const later = task('t', { run: (): Promise<null> => Promise.reject(new RangeError('later')) });
    await expect(now.handler.run(context())).rejects.toThrow('at once');
    await expect(later.handler.run(context())).rejects.toThrow('later');
  });
});

describe('what a task function is given', () => {
  const checked = task('checked', { input: z.object({ rows: z.number() }), run: ({ input }) => input.rows + 1 });

  it('is its input as the schema reads it', async () => {
    expect(await checked.handler.run(context({ rows: 1 }))).toEqual({ kind: 'success', output: 2 });
  });

  it('is refused as data where the input does not fit the schema', async () => {
    const failure = await failureOfAsync(() => checked.handler.run(context({ rows: 'many' })));
    expect(failure).toMatchObject({ name: 'DataFailure', code: 'E_TASK_INPUT_UNREADABLE' });
    expect(failure.message).toMatch(/"checked".*rows/s);
  });

  it('has the window of the run, or a message that says how to give one', () => {
    const window = {
      start: Temporal.Instant.from('2026-01-01T00:00Z'),
      end: Temporal.Instant.from('2026-01-01T00:15Z'),
      zone: 'UTC',
    };
    expect(windowOf({ ...context(), window })).toBe(window);
    expect(failureOf(() => windowOf(context())).message).toContain('windrow dags trigger products --window');
  });
});

describe('defining', () => {
  it('runs nothing', () => {
    let ran = 0;
    const counts = task('counts', { run: () => (ran += 1) });
    dag('idle', {}, (d) => {
      d.use('counts', counts);
    });
    expect(ran).toBe(0);
  });
});
