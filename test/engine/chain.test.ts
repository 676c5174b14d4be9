import { dag, task } from '#framework';
import type { Windrow } from '#framework/operate';
import { afterEach, describe, expect, it } from 'vitest';

import { BACKENDS, openTestEngine, runDag } from '../support/engine.ts';

describe.each(BACKENDS)('the life of a task on %s', (backend) => {
  let engine: Windrow | undefined;
  let worker: { close: () => Promise<void> } | undefined;

  afterEach(async () => {
    await worker?.close();
    await engine?.close();
  });

  it('runs a diamond once per task and hands outputs down the wires', async () => {
    const calls: string[] = [];
    const first = task('first', {
      run: async () => {
        calls.push('first');
        return { n: 2 };
      },
    });
    const double = task('double', {
      run: async ({ input }: { input: { value: { n: number } } }) => {
        calls.push('double');
        return { n: input.value.n * 2 };
      },
    });
    const sum = task('sum', {
      run: async ({ input }: { input: { a: { n: number }; b: { n: number } } }) => {
        calls.push('sum');
        return { n: input.a.n + input.b.n };
      },
    });
    const diamond = dag('diamond', {}, (d) => {
      const value = d.use('first', first);
      const a = d.use('left', double, { value });
      const b = d.use('right', double, { value });
      d.use('sum', sum, { a, b });
    });
    engine = await openTestEngine({ dags: [diamond], backend });
    worker = engine.startWorker();
    const ended = await runDag(engine, 'diamond');
    expect(ended).toMatchObject({
      state: 'success',
      tasks: { first: 'success', left: 'success', right: 'success', sum: 'success' },
    });
    expect(calls.toSorted()).toEqual(['double', 'double', 'first', 'sum']);
    const [row] = await engine.store.database.run({ text: `select output from task_instance where task_id = 'sum'` });
    expect(row).toEqual({ output: { n: 8 } });
  });
});
