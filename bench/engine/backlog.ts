import { setTimeout as sleep } from 'node:timers/promises';

import { type Dag, Temporal, closeAll, every, seconds } from '#framework';

import { type Figure, figure } from '../figures.ts';
import { emptyPipeline } from './empty-pipeline.ts';
import { openBenchInstallation } from './installation.ts';
import { MemoryWatch } from './memory.ts';
import type { Servers } from './servers.ts';

const DAG = 'backlog';
const START = Temporal.Instant.from('2020-01-01T00:00Z');
const LEAST_RATIO = 0.95;
const WARM_UP = 0.3;

/** Works off a backlog of windows on Redis, and compares the speed of its last part with that of its first. */
export async function backlogFigures(servers: Servers, windows: number): Promise<Figure[]> {
  const part = Math.min(1000, Math.floor(windows / 4));
  const clock = { now: () => START.add({ minutes: windows }) };
  const { windrow, ...installation } = await openBenchInstallation(backlogDag(), 'redis', { servers, clock });
  const memory = new MemoryWatch(seconds(1));
  try {
    await windrow.advance(DAG);
    let done = 0;
    while (done < windows) {
      await sleep(1000);
      const [row] = await windrow.store.database.run({ text: DONE }, [DAG]);
      done = Number(row?.['done']);
      if (Number(row?.['failed']) > 0) throw new Error('A window of the backlog failed.');
    }
    const [row] = await windrow.store.database.run({ text: SPEEDS }, [DAG, part, windows]);
    const [first, last] = [Number(row?.['first']), Number(row?.['last'])];
    return [
      figure({ name: `windows of six tasks, the first ${part} of ${windows}`, value: part / first, unit: 'windows/s' }),
      figure({ name: `windows of six tasks, the last ${part} of ${windows}`, value: part / last, unit: 'windows/s' }),
      figure({ name: 'speed of the last part to the first', value: first / last, unit: 'ratio', atLeast: LEAST_RATIO }),
      ...memory.figures('worker during the backlog', WARM_UP),
    ];
  } finally {
    memory.close();
    await closeAll([installation]);
  }
}

function backlogDag(): Dag {
  return emptyPipeline(DAG, {
    schedule: every('1m', { start: START.toString(), overlap: 'allow', order: 'free' }),
    maxActiveRuns: 16,
  });
}

const DONE = `
select count(*) filter (where pipeline_status = 'COMPLETED') as done, count(*) filter (where pipeline_status = 'FAILED') as failed
from pipeline_records
where pipeline_id = $1`;

const SPEEDS = `
select extract(epoch from max(at) filter (where n <= $2::integer) - min(at)) as first,
  extract(epoch from max(at) - max(at) filter (where n <= $3::integer - $2::integer)) as last
from (
  select pipeline_end_time as at, row_number() over (order by pipeline_end_time) as n
  from pipeline_records
  where pipeline_id = $1
) ended`;
