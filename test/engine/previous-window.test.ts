import { type RunId, Temporal, type Window, dag, task, windowText } from '#framework';
import { type Windrow, createRun, explainTask, operations } from '#framework/operate';
import { afterEach, describe, expect, it } from 'vitest';

import { endOf, taskStates } from '../support/engine.ts';
import { Bench } from './bench.ts';

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
});

async function create(engine: Windrow, run: Parameters<typeof createRun>[1]): Promise<RunId> {
  const created = await createRun(engine.store.database, run);
  if (created.kind !== 'created') throw new Error(`There is an open run of ${run.dagId} already.`);
  return created.runId;
}

async function stateOf(engine: Windrow, run: RunId): Promise<string | undefined> {
  return Object.values(await taskStates(engine, run))[0];
}

function window(hour: string): Window {
  const start = Temporal.Instant.from(`2026-01-20T${hour}:00Z`);
  return { start, end: start.add({ hours: 1 }), zone: 'UTC' };
}
