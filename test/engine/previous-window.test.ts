import { dag, task, windowText } from '#framework';
import { explainTask, operations } from '#framework/operate';
import { afterEach, describe, expect, it } from 'vitest';

import { endOf } from '../support/engine.ts';
import { Bench } from './bench.ts';
import { create, stateOf, window } from './windowed-runs.ts';

const ok = async (): Promise<number> => 1;

describe('a task that depends on the previous window', () => {
  const bench = new Bench();
  afterEach(() => bench.close());

  it('passes over a test of the window before, and starts once a window that never started has been run anew', async () => {
    const chain = dag('chain', {}, (d) => void d.use('load', task('load', { dependsOnPrevious: true, run: ok })));
    const engine = await bench.engine({ dags: [chain], backend: 'postgres' });
    const first = await create(engine, { dagId: 'chain', kind: 'manual', window: window('00') });
    await operations(engine).cancelRun(first);
    const second = await create(engine, { dagId: 'chain', kind: 'manual', window: window('01') });
    await engine.advance('chain');
    expect(await stateOf(engine, second)).toBe('scheduled');
    const why = await explainTask(engine.store.database, { runId: second, taskId: 'load' });
    expect(why?.reasons[0]).toMatchObject({
      code: 'previous_window',
      text: expect.stringContaining(`windrow dags trigger chain --window ${windowText(window('00'))}`),
      facts: { run: first, state: 'cancelled' },
    });
    expect(await operations(engine).triggerDag('chain', { window: window('00') })).toMatchObject({ kind: 'created' });
    await endOf(engine, second);
    const tried = await create(engine, { dagId: 'chain', kind: 'test', window: window('01') });
    await operations(engine).cancelRun(tried);
    const third = await create(engine, { dagId: 'chain', kind: 'manual', window: window('02') });
    await engine.advance('chain');
    expect(await endOf(engine, third)).toMatchObject({ state: 'success' });
  });

  it('has no window given up before it whose work is done: nothing waits for that', async () => {
    const chain = dag('chain', {}, (d) => void d.use('load', task('load', { dependsOnPrevious: true, run: ok })));
    const engine = await bench.engine({ dags: [chain], backend: 'postgres' });
    const done = await create(engine, { dagId: 'chain', kind: 'manual', window: window('00') });
    await engine.advance('chain');
    await endOf(engine, done);
    expect(await operations(engine).skipRun(done, 'by mistake')).toEqual({
      kind: 'refused',
      reason: `Run ${done} did all of its work, so nothing waits for its window.`,
    });
  });
});
