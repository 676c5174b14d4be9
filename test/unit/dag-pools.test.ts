import { DefinitionFailure, type Pools, type Project, dag, defineProject, task } from '#framework';
import { describe, expect, it } from 'vitest';

import { poolLimits } from '../../framework/dag/pool.ts';

const plain = dag('plain', {}, (d) => void d.use('note', task('note', { run: () => 1 })));
const heavy = dag('heavy', {}, (d) => {
  d.use('load', task('load', { pool: 'warehouse', slots: 3, run: () => 1 }));
});

const project = (pools: Pools, ...dags: Project['dags']) => defineProject({ dags, pools });

describe('the pools of a project', () => {
  it.each([
    ['no slots', { warehouse: { slots: 0 } }, 'Pool "warehouse": 0 slots are not usable.'],
    ['a fraction of a slot', { warehouse: { slots: 1.5 } }, '1.5 slots are not usable'],
    ['slots without a number', { warehouse: { slots: NaN } }, 'NaN slots are not usable'],
    ['more slots than a column holds', { warehouse: { slots: 100_001 } }, 'Expected a whole number from 1 to 100000.'],
    ['a rate of nothing', { api: { slots: 1, rate: { starts: 0, per: '1s' } } }, 'a rate of 0 starts is not usable'],
    ['a rate of half a start', { api: { slots: 1, rate: { starts: 0.5, per: '1s' } } }, 'a rate of 0.5 starts'],
  ])('cannot have %s', (_what, pools, why) => {
    expect(failureOf(() => project(pools, plain))).toMatchObject({
      code: 'E_POOL_LIMITS',
      message: expect.stringContaining(why),
    });
  });

  it('cannot have a rate over no time', () => {
    expect(failureOf(() => project({ api: { slots: 1, rate: { starts: 1, per: 'soon' } } }, plain))).toMatchObject({
      code: 'E_DURATION_UNREADABLE',
    });
  });

  it('must have the slots that a task takes, and say which task takes too many', () => {
    expect(failureOf(() => project({ warehouse: { slots: 2 } }, plain, heavy))).toMatchObject({
      code: 'E_POOL_SLOTS',
      message:
        'Dag "heavy": task "load" takes 3 slots of pool "warehouse", which has 2. Give the pool more slots, or the task fewer.',
    });
    expect(project({ warehouse: { slots: 3 } }, plain, heavy).pools).toEqual({ warehouse: { slots: 3 } });
  });

  it('must hold the pool whose slots a task takes', () => {
    expect(failureOf(() => project({ other: { slots: 9 } }, heavy))).toMatchObject({
      code: 'E_POOL_SLOTS',
      message: expect.stringContaining('which the project does not define. Add it to `pools` of defineProject'),
    });
  });

  it('read as slots and a rate in milliseconds', () => {
    expect(poolLimits('api', { slots: 10, rate: { starts: 5, per: '1m' } })).toEqual({
      slots: 10,
      rate: { starts: 5, perMs: 60_000 },
    });
  });
});

describe('a task', () => {
  it.each([0, -1, 1.5])('cannot take %d slots', (slots) => {
    expect(failureOf(() => task('load', { pool: 'warehouse', slots, run: () => 1 }))).toMatchObject({
      code: 'E_TASK_POLICY',
      message: `Task "load": slots ${slots} is not usable. Expected a whole number above zero.`,
    });
  });

  it('keeps its slots and that it depends on the previous window in the shape of its dag, only where they are stated', () => {
    const stated = dag('stated', {}, (d) => {
      d.use('both', task('both', { pool: 'warehouse', slots: 2, dependsOnPrevious: true, run: () => 1 }));
      d.use('neither', task('neither', { dependsOnPrevious: false, run: () => 1 }));
    });
    const [both, neither] = stated.graph.tasks;
    expect(both).toMatchObject({ pool: 'warehouse', slots: 2, dependsOnPrevious: true });
    expect(neither).toMatchObject({ pool: 'default' });
    expect(neither).not.toHaveProperty('slots');
    expect(neither).not.toHaveProperty('dependsOnPrevious');
  });
});

function failureOf(define: () => unknown): DefinitionFailure {
  try {
    define();
  } catch (error) {
    if (error instanceof DefinitionFailure) return error;
    throw error;
  }
  throw new Error('It was accepted.');
}
