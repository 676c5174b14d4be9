import { dag, every, task } from '#framework';
import { afterEach, describe, expect, it } from 'vitest';

import { runningTime } from '../support/running-time.ts';
import { Bench } from './bench.ts';

describe('a scheduler', () => {
  const bench = new Bench();
  afterEach(() => bench.close());

  it('stops within seconds while it asks where the first window of a pipeline begins', async () => {
    const asked = Promise.withResolvers<AbortSignal>();
    const firstStart = ({ signal }: { readonly signal: AbortSignal }): Promise<never> => {
      asked.resolve(signal);
      return new Promise(() => {});
    };
    const deaf = dag('deaf', { schedule: every('1h'), pipeline: { firstStart } }, (d) => {
      d.use('work', task('work', { run: () => 1 }));
    });
    const engine = await bench.engine({ dags: [deaf], workers: 0, backend: 'postgres' });
    const scheduler = bench.schedule(engine);
    const signal = await asked.promise;
    expect(await runningTime(() => scheduler.close())).toBeLessThan(20_000);
    expect(signal.aborted).toBe(true);
  });
});
