import { describe, expect, it } from 'vitest';
import { z } from 'zod';

import {
  DefinitionFailure,
  type RetryReactions,
  type TaskContext,
  type Wire,
  dag,
  every,
  taskId,
  task,
} from '#framework';

import { failureOf } from '../support/failure-of.ts';

const extract = task('extract', { run: () => ({ files: ['a.csv'] }) });
const load = task('load', {
  run: ({ input }: TaskContext<{ files: { files: string[] } }>) => input.files.files.length,
});
const extractFiles = task('extract_files', { run: () => ({ files: ['a.csv'] }) });
const silent = task('silent', { run: () => {} });

describe('a dag as a value', () => {
  const products = dag(
    'products',
    { schedule: every('15m'), tags: ['daily'], params: z.object({ limit: z.number() }) },
    (d) => {
      const files = d.use('extract', extract);
      const loaded = d.use('load', load, { files, after: ['prepare'] });
      d.use('prepare', silent);
      d.use('cleanup', task('cleanup', { teardown: true, run: () => {} }), { after: [loaded, files] });
    },
  );

  it('lists upstream tasks before downstream ones, whatever the order of definition', () => {
    expect(products.graph.tasks.map((each) => each.id)).toEqual(['extract', 'prepare', 'load', 'cleanup']);
  });

  it('takes edges from data and from after, each upstream once', () => {
    const upstream = Object.fromEntries(products.graph.tasks.map((each) => [each.id, each.upstream]));
    expect(upstream).toEqual({ extract: [], prepare: [], load: ['extract', 'prepare'], cleanup: ['load', 'extract'] });
  });

  it('keeps the wires apart from edges without data', () => {
    expect(products.wires.get(taskId('load'))).toEqual({ files: 'extract' });
    expect(products.wires.get(taskId('cleanup'))).toEqual({});
  });

  it('has a handler for every task', () => {
    expect([...products.handlers.keys()].toSorted()).toEqual(['cleanup', 'extract', 'load', 'prepare']);
  });

  it('gives a teardown the rule all_done without being told', () => {
    expect(products.graph.tasks.at(-1)).toMatchObject({ rule: 'all_done', teardown: true });
  });

  it('lists the connections of its tasks once each', () => {
    const vault = { name: 'vault', read: () => ({ kind: 'read', settings: {} }) as const };
    const reads = task('reads', { connections: [vault], run: () => {} });
    const made = dag('connected', {}, (d) => {
      d.use('first', reads);
      d.use('second', reads);
    });
    expect(made.connections).toEqual([vault]);
  });
});

describe('a group of tasks', () => {
  const tear = task('tear', { teardown: true, run: () => {} });
  const grouped = dag('grouped', {}, (d) => {
    const ready = d.use('ready', silent);
    const extract = d.group('extract', { after: [ready] }, (g) => {
      const listed = g.use('list', extractFiles);
      g.group('eu', { after: [listed] }, (eu) => {
        const files = eu.use('pull', extractFiles);
        eu.use('load', load, { files });
        eu.use('tear', tear, { after: ['extract_eu_load'] });
      });
      g.use('other', silent);
    });
    d.use('report', silent, { after: [extract, ready] });
  });
  const byId = Object.fromEntries(grouped.graph.tasks.map((each) => [each.id, each]));

  it('gives its tasks ids that begin with its own, which are task ids, and keeps the group on them', () => {
    expect(Object.fromEntries(grouped.graph.tasks.map(({ id, group }) => [id, group]))).toEqual({
      ready: undefined,
      extract_list: 'extract',
      extract_eu_pull: 'extract.eu',
      extract_eu_load: 'extract.eu',
      extract_eu_tear: 'extract.eu',
      extract_other: 'extract',
      report: undefined,
    });
    for (const { id } of grouped.graph.tasks) expect(taskId(id)).toBe(id);
    expect([...grouped.handlers.keys()]).toContain('extract_eu_load');
    expect(grouped.wires.get(taskId('extract_eu_load'))).toEqual({ files: 'extract_eu_pull' });
  });

  it('lets only those wait that begin it, and lets others wait for those that end it but for its teardowns', () => {
    expect(byId['extract_list']?.upstream).toEqual(['ready']);
    expect(byId['extract_other']?.upstream).toEqual(['ready']);
    expect(byId['extract_eu_pull']?.upstream).toEqual(['extract_list']);
    expect(byId['extract_eu_load']?.upstream).toEqual(['extract_eu_pull']);
    expect(byId['report']?.upstream).toEqual(['extract_eu_load', 'extract_other', 'ready']);
  });
});

describe('task policies', () => {
  const policyOf = (options: Partial<Parameters<typeof task>[1]>) => task('t', { run: () => null, ...options }).policy;

  it.each([
    ['nothing', {}, { retries: 3, factor: 2 }],
    ['a number', { retry: 0 }, { retries: 0, factor: 2 }],
    ['a part of the policy', { retry: { factor: 3 } }, { retries: 3, factor: 3 }],
  ])('reads retry from %s', (_, options, expected) => {
    expect(policyOf(options).retry).toMatchObject(expected);
  });

  it('keeps reactions by class or code, and tries for lost ones, as plain data', () => {
    const on = { TimedOut: 'fail', E_VAULT_BUSY: 'skip', DataFailure: 'retry' } as const;
    const policy = policyOf({ retry: { on }, infraRetries: 0 });
    expect(JSON.parse(JSON.stringify(policy))).toMatchObject({ retry: { retries: 3, on }, infraRetries: 0 });
    expect(policyOf({})).not.toHaveProperty('infraRetries');
  });

  it('reads a timeout as a length of time and leaves it out where none is given', () => {
    expect(policyOf({ timeout: '10m' }).timeoutMs).toBe(600_000);
    expect(policyOf({})).not.toHaveProperty('timeoutMs');
  });
});

describe('a bad definition is refused when it is loaded', () => {
  // As plain JavaScript would pass it.
  const unchecked = (on: object): RetryReactions => ({ ...on });
  const uses = (build: Parameters<typeof dag>[2]) => () => dag('products', {}, build);
  let foreign: Wire<unknown> | undefined;
  dag('other', {}, (d) => {
    foreign = d.use('extract', extract);
  });

  it.each<[string, () => unknown, string, RegExp]>([
    ['an empty dag', uses(() => {}), 'E_DAG_EMPTY', /"products" has no tasks/],
    ['a dag id that is no name', () => dag('My Dag', {}, (d) => d.use('a', silent)), 'E_NAME_UNUSABLE', /"my_dag"/],
    ['a task id that is no name', uses((d) => d.use('a b', silent)), 'E_NAME_UNUSABLE', /Task id "a b"/],
    [
      'two tasks with one id',
      uses((d) => {
        d.use('a', silent);
        d.use('a', extract);
      }),
      'E_TASK_TWICE',
      /two tasks with the id "a"/,
    ],
    [
      'an unknown upstream',
      uses((d) => d.use('a', silent, { after: ['b'] })),
      'E_UPSTREAM_UNKNOWN',
      /task "a" comes after "b"/,
    ],
    [
      'a cycle, with its path',
      uses((d) => {
        d.use('a', silent, { after: ['c'] });
        d.use('b', silent, { after: ['a'] });
        d.use('c', silent, { after: ['b'] });
      }),
      'E_DAG_CYCLE',
      /cycle: a -> b -> c -> a\./,
    ],
    ['a task after itself', uses((d) => d.use('a', silent, { after: ['a'] })), 'E_DAG_CYCLE', /cycle: a -> a\./],
    [
      'a wire from another dag',
      uses((d) => d.use('a', silent, { after: [foreign ?? 'none'] })),
      'E_WIRE_FOREIGN',
      /task "a" is wired/,
    ],
    [
      'a task after a teardown',
      uses((d) => {
        const t = d.use('t', task('t', { teardown: true, run: () => {} }));
        d.use('a', silent, { after: [t] });
      }),
      'E_TEARDOWN_MISPLACED',
      /"a" comes after the teardown "t"/,
    ],
    [
      'a dag of teardowns only',
      uses((d) => d.use('t', task('t', { teardown: true, run: () => {} }))),
      'E_TEARDOWN_MISPLACED',
      /only teardown tasks/,
    ],
    [
      'a teardown with a rule that may not run',
      () => task('t', { teardown: true, rule: 'all_success', run: () => {} }),
      'E_TASK_POLICY',
      /Task "t": a teardown cannot have the rule "all_success"/,
    ],
    [
      'an unreadable timeout',
      () => task('t', { timeout: '10 minutes', run: () => {} }),
      'E_DURATION_UNREADABLE',
      /"10 minutes"/,
    ],
    ['a retry below zero', () => task('t', { retry: -1, run: () => {} }), 'E_TASK_POLICY', /retry -1/],
    [
      'a retry factor below one',
      () => task('t', { retry: { factor: 0.5 }, run: () => {} }),
      'E_TASK_POLICY',
      /factor 0.5/,
    ],
    [
      'a reaction to a class that does not exist',
      () => task('t', { retry: { on: unchecked({ TimeOut: 'fail' }) }, run: () => {} }),
      'E_TASK_POLICY',
      /"TimeOut".*one of DefinitionFailure.*TimedOut/,
    ],
    [
      'a reaction that does not exist',
      () => task('t', { retry: { on: unchecked({ TimedOut: 'ignore' }) }, run: () => {} }),
      'E_TASK_POLICY',
      /TimedOut with "ignore".*retry, fail, skip/,
    ],
    ['tries for lost ones below zero', () => task('t', { infraRetries: -1, run: () => {} }), 'E_TASK_POLICY', /-1/],
    [
      'a group id that is no name',
      uses((d) => d.group('EU', {}, (g) => g.use('a', silent))),
      'E_NAME_UNUSABLE',
      /"EU"/,
    ],
    ['an empty group', uses((d) => d.group('eu', {}, () => {})), 'E_GROUP_EMPTY', /group "eu" has no tasks/],
    [
      'two groups with one id',
      uses((d) => {
        d.group('eu', {}, (g) => g.use('a', silent));
        d.group('eu', {}, (g) => g.use('b', silent));
      }),
      'E_GROUP_TWICE',
      /two groups "eu"/,
    ],
    [
      'a task with the id of one in a group',
      uses((d) => {
        d.use('eu_a', silent);
        d.group('eu', {}, (g) => g.use('a', silent));
      }),
      'E_TASK_TWICE',
      /"eu_a"/,
    ],
    ['a pool that is no name', () => task('t', { pool: 'My Pool', run: () => {} }), 'E_TASK_POLICY', /pool "My Pool"/],
    [
      'no room for a run',
      () => dag('products', { maxActiveRuns: 0 }, (d) => d.use('a', silent)),
      'E_DAG_OPTION',
      /maxActiveRuns 0/,
    ],
    [
      'a checked field that no record has',
      () => dag('products', { pipeline: { checkFields: ['key_x'] } }, (d) => d.use('a', silent)),
      'E_PIPELINE_FIELD',
      /"key_x".*target_day/,
    ],
    [
      'two connections with one name',
      uses((d) => {
        const named = () => ({ name: 'vault', read: () => ({ kind: 'read', settings: {} }) as const });
        d.use('a', task('a', { connections: [named()], run: () => {} }));
        d.use('b', task('b', { connections: [named()], run: () => {} }));
      }),
      'E_CONNECTION_TWICE',
      /"vault"/,
    ],
  ])('%s', (_, ...[define, code, message]) => {
    const failure = failureOf(define);
    expect(failure).toBeInstanceOf(DefinitionFailure);
    expect(failure).toMatchObject({ code });
    expect(failure.message).toMatch(message);
  });
});
