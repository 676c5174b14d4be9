import { DataFailure, dag, newDirectories, sensor, task } from '#framework';
import { operations, sensorOperations } from '#framework/operate';
import { afterEach, describe, expect, it } from 'vitest';
import { z } from 'zod';

import { pollIfDue } from '../../framework/scheduler/watch-sensors.ts';
import { eventually } from '../support/engine.ts';
import { Bench, row } from './bench.ts';

/** One directory that arrives, and what a test may break or hold up. */
function arrival() {
  const state = { isSpoilt: true, loads: 0, polls: 0, before: async (): Promise<void> => {} };
  const files = dag('files', { params: z.object({ directory: z.string() }) }, (d) => {
    const run = () => {
      if (state.isSpoilt) throw new DataFailure('E_SPOILT', 'This directory is spoilt.');
      state.loads += 1;
    };
    d.use('load', task('load', { retry: 0, run }));
  });
  const arrivals = sensor('arrivals', {
    every: '1h',
    dag: files,
    cursor: z.string(),
    poll: async ({ cursor }) => {
      state.polls += 1;
      await state.before();
      return newDirectories({ list: ['day-1'], after: cursor });
    },
  });
  return { state, files, arrivals };
}

describe('a sensor', () => {
  const bench = new Bench();
  afterEach(() => bench.close());

  const open = async () => {
    const { state, files, arrivals } = arrival();
    const engine = await bench.engine({ backend: 'postgres', dags: [files], sensors: [arrivals] });
    const look = () =>
      pollIfDue(arrivals, new AbortController().signal, {
        ...engine,
        tickMs: engine.settings.tickMs,
        random: () => 0.5,
      });
    return { state, engine, look, sensors: sensorOperations(engine) };
  };

  it('has the work of an item done once: by its run or by a newer one, whoever asks first', async () => {
    const { state, engine, look, sensors } = await open();
    await look();
    await eventually('the failed run', () => row(engine, `select id from dag_run where state = 'failed'`));
    state.isSpoilt = false;
    const failed = { kind: 'failed' } as const;
    const [item, run] = await Promise.all([
      sensors.rerunItem('arrivals', 'day-1'),
      operations(engine).rerunTasks({ run: 1 }, failed),
    ]);
    expect([item.kind, run.kind].toSorted()).toEqual(['refused', 'started']);
    await eventually('the load', () => row(engine, `select id from dag_run where state = 'success'`));
    expect(state.loads).toBe(1);
  });

  it('keeps the first run of an item that has a newer one from being done again', async () => {
    const { state, engine, look, sensors } = await open();
    await look();
    await eventually('the failed run', () => row(engine, `select id from dag_run where state = 'failed'`));
    state.isSpoilt = false;
    expect(await sensors.rerunItem('arrivals', 'day-1')).toMatchObject({ kind: 'started', runId: 2 });
    await eventually('the load', () => row(engine, `select id from dag_run where state = 'success'`));
    expect(await operations(engine).rerunTasks({ run: 1 }, { kind: 'failed' })).toMatchObject({
      kind: 'refused',
      reason: expect.stringContaining('was started again by its sensor and has a newer run'),
    });
    expect(state.loads).toBe(1);
  });

  it('is polled at once behind a pause in which a poll ended, and never twice at once', async () => {
    const { state, look, sensors } = await open();
    const gate = Promise.withResolvers<void>();
    state.before = () => gate.promise;
    const first = look();
    await eventually('a poll', async () => (state.polls === 1 ? true : undefined));
    await sensors.pause('arrivals');
    await sensors.unpause('arrivals');
    await look();
    expect(state.polls).toBe(1);
    await sensors.pause('arrivals');
    gate.resolve();
    await first;
    await sensors.unpause('arrivals');
    await look();
    expect(state.polls).toBe(2);
  });
});
