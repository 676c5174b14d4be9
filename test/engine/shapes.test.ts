import {
  type Choice,
  DataFailure,
  TRIGGER_RULES,
  type TaskContext,
  type TriggerRule,
  choose,
  dag,
  skip,
  stop,
  task,
} from '#framework';
import { showDag } from '#framework/operate';
import { afterEach, describe, expect, it } from 'vitest';

import { BACKENDS, runDag } from '../support/engine.ts';
import { Bench, row } from './bench.ts';

const ok = task('ok', { run: async () => 1 });
const join = task('join', { rule: 'none_failed_min_one_success', run: async () => 1 });
const tear = task('tear', { teardown: true, run: async () => 1 });

describe.each(BACKENDS)('a branch on %s', (backend) => {
  const bench = new Bench();
  afterEach(() => bench.close());

  const branching = (...chosen: string[]) =>
    dag('branching', {}, (d) => {
      const branch = d.use('branch', task('branch', { run: async () => choose(...chosen) }));
      const full = d.use('full', ok, { after: [branch] });
      const delta = d.use('delta', ok, { after: [branch] });
      d.use('deep', ok, { after: [delta] });
      d.use('join', join, { after: [branch, full, 'deep'] });
      const told = task('told', { run: async ({ input }: TaskContext<{ ids: readonly string[] }>) => input.ids });
      d.use('told', told, { ids: branch });
      d.use('tear', tear, { after: ['join'] });
    });

  it.each<[readonly string[], Readonly<Record<string, string>>]>([
    [['full'], { full: 'success', delta: 'skipped', deep: 'skipped', join: 'success', told: 'skipped' }],
    [['delta', 'told'], { full: 'skipped', delta: 'success', deep: 'success', join: 'success', told: 'success' }],
    [['join'], { full: 'skipped', delta: 'skipped', deep: 'skipped', join: 'success', told: 'skipped' }],
    [[], { full: 'skipped', delta: 'skipped', deep: 'skipped', join: 'skipped', told: 'skipped' }],
  ])('that chooses %j runs that, and skips what else comes directly after it', async (chosen, tasks) => {
    const engine = await bench.engine({ backend, dags: [branching(...chosen)] });
    expect(await runDag(engine, 'branching')).toMatchObject({
      state: 'success',
      tasks: { branch: 'success', tear: 'success', ...tasks },
    });
    expect(
      await engine.store.database.run({
        text: `select distinct reason from task_instance where state = 'skipped' and reason is not null`,
      }),
    ).toEqual([{ reason: 'not chosen by branch' }]);
    expect(await row(engine, `select output from task_instance where task_id = 'branch'`)).toEqual({ output: chosen });
  });

  it('fails at once where it chooses a task that does not come directly after it', async () => {
    const engine = await bench.engine({ backend, dags: [branching('full', 'deep')] });
    expect(await runDag(engine, 'branching')).toMatchObject({
      state: 'failed',
      tasks: { branch: 'failed', full: 'upstream_failed', tear: 'success' },
    });
    expect(await row(engine, `select attempt, failure from task_instance where task_id = 'branch'`)).toMatchObject({
      attempt: 1,
      failure: { kind: 'DataFailure', code: 'E_CHOICE_UNKNOWN', message: expect.stringContaining('"deep"') },
    });
  });
});

describe.each(BACKENDS)('a task that stops what follows on %s', (backend) => {
  const bench = new Bench();
  afterEach(() => bench.close());

  const stopping = (rules: Extract<Choice, { kind: 'stop' }>['rules'], seen: unknown[]) =>
    dag('stopping', {}, (d) => {
      const check = d.use(
        'check',
        task('check', { run: async () => (seen.length > 9 ? 1 : stop('no files', { rules })) }),
      );
      d.use('next', ok, { after: [check] });
      d.use('eager', task('eager', { rule: 'none_failed', run: async () => 1 }), { after: ['next'] });
      const last = task('last', {
        teardown: true,
        run: async ({ input }: TaskContext<{ checked?: number }>) => void seen.push(input),
      });
      d.use('last', last, { checked: check, after: ['eager'] });
    });

  it.each([
    ['ignore', { check: 'success', next: 'skipped', eager: 'skipped', last: 'success' }],
    ['respect', { check: 'success', next: 'skipped', eager: 'success', last: 'success' }],
  ] as const)('succeeds and lets nothing run that it stops, with rules: %s', async (rules, tasks) => {
    const seen: unknown[] = [];
    const engine = await bench.engine({ backend, dags: [stopping(rules, seen)] });
    expect(await runDag(engine, 'stopping')).toMatchObject({ state: 'success', tasks });
    // A teardown gets no value from a task that gave none.
    expect(seen).toEqual([{}]);
    expect(await row(engine, `select reason from task_instance where task_id = 'check'`)).toEqual({
      reason: 'no files',
    });
    expect(await row(engine, `select reason from task_instance where task_id = 'next'`)).toEqual({
      reason: 'stopped by check: no files',
    });
  });
});

describe('groups of tasks', () => {
  const bench = new Bench();
  afterEach(() => bench.close());

  it('run after what they wait for, inner ones in their place, and before what waits for them', async () => {
    const order: string[] = [];
    const notes = task('notes', { run: async ({ taskId }) => void order.push(taskId) });
    const grouped = dag('grouped', {}, (d) => {
      const ready = d.use('ready', notes);
      const extract = d.group('extract', { after: [ready] }, (g) => {
        const list = g.use('list', notes);
        g.group('eu', { after: [list] }, (eu) => eu.use('pull', notes));
      });
      d.use('report', notes, { after: [extract] });
    });
    const engine = await bench.engine({ dags: [grouped] });
    expect((await runDag(engine, 'grouped')).state).toBe('success');
    expect(order).toEqual(['ready', 'extract_list', 'extract_eu_pull', 'report']);
    expect(await showDag(engine.store.database, 'grouped')).toMatchObject({
      graph: { tasks: [{}, { group: 'extract' }, { group: 'extract.eu' }, {}] },
    });
  });
});

const MIXES = [
  ['success', 'success'],
  ['failed', 'failed'],
  ['skipped', 'skipped'],
  ['success', 'failed'],
  ['success', 'skipped'],
  ['failed', 'skipped'],
  ['skipped', 'failed'],
] as const;

/**
 * What becomes of a task behind each mix, in their order: r runs, s is skipped, u is upstream_failed. The left one ends
 * first: under `all_success` the first that is no success decides, and nothing waits for the others.
 */
const EXPECTED: Record<TriggerRule, string> = {
  all_success: 'r u s u s u s',
  all_failed: 's r s s s s s',
  all_done: 'r r r r r r r',
  all_done_min_one_success: 'r u s r r u u',
  all_skipped: 's s r s s s s',
  one_failed: 's r s r s r r',
  one_success: 'r u s r r u u',
  one_done: 'r r s r r r r',
  none_failed: 'r u r u r u u',
  none_failed_min_one_success: 'r u s u r u u',
  none_skipped: 'r r s r s s s',
  always: 'r r r r r r r',
};

describe('a fan-in on a real database', () => {
  const bench = new Bench();
  afterEach(() => bench.close());

  const ends = {
    success: task('good', { rule: 'all_done', run: async () => 1 }),
    failed: task('bad', { rule: 'all_done', run: async () => Promise.reject(new DataFailure('E_TEST', 'no')) }),
    skipped: task('none', { rule: 'all_done', run: async () => skip('nothing') }),
  };
  const LETTERS: Readonly<Record<string, string>> = { success: 'r', skipped: 's', upstream_failed: 'u' };

  it.each(TRIGGER_RULES)('starts, is skipped or fails by its rule behind every mix of ends: %s', async (rule) => {
    const behind = task('behind', { rule, run: async () => 1 });
    const fans = dag('fans', {}, (d) => {
      for (const [index, [left, right]] of MIXES.entries()) {
        const first = d.use(`left_${index}`, ends[left]);
        const second = d.use(`right_${index}`, ends[right], { after: [first] });
        d.use(`behind_${index}`, behind, { after: [first, second] });
      }
    });
    const engine = await bench.engine({ dags: [fans] });
    const { tasks } = await runDag(engine, 'fans');
    const states = MIXES.map((_, index) => LETTERS[tasks[`behind_${index}`] ?? ''] ?? '?');
    expect(states.join(' ')).toBe(EXPECTED[rule]);
    for (const [index, [left, right]] of MIXES.entries()) {
      expect([tasks[`left_${index}`], tasks[`right_${index}`]]).toEqual([left, right]);
    }
  });
});
