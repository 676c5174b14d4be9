import { setTimeout as sleep } from 'node:timers/promises';

import { type Dag, Temporal, closeAll, every } from '#framework';

import { type Figure, figure } from '../figures.ts';
import { emptyPipeline } from './empty-pipeline.ts';
import { openBenchInstallation } from './installation.ts';
import { type Memory, memoryMeter } from './memory.ts';
import type { Servers } from './servers.ts';

const DAG = 'backlog';
const START = Temporal.Instant.from('2020-01-01T00:00Z');
const LEAST_RATIO = 0.95;
/** In MB, from the first part to the last: of 20,000 windows 400 bytes of heap kept for each would be seen. */
const MOST_GROWTH: Memory = { heap: 8, resident: 60 };

/** Works off a backlog of windows on Redis, and compares the speed of its last part with that of its first. */
export async function backlogFigures(servers: Servers, windows: number): Promise<Figure[]> {
  const part = Math.min(1000, Math.floor(windows / 4));
  const clock = { now: () => START.add({ minutes: windows }) };
  const { windrow, ...installation } = await openBenchInstallation(backlogDag(), 'redis', { servers, clock });
  const measure = memoryMeter();
  try {
    await windrow.advance(DAG);
    let done = 0;
    let warm: Memory | undefined;
    while (done < windows) {
      await sleep(1000);
      const [row] = await windrow.store.database.run({ text: DONE }, [DAG]);
      done = Number(row?.['done']);
      if (done >= part) warm ??= measure();
      if (Number(row?.['failed']) > 0) throw new Error('A window of the backlog failed.');
    }
    const [row] = await windrow.store.database.run({ text: SPEEDS }, [DAG, part, windows]);
    const [first, last] = [Number(row?.['first']), Number(row?.['last'])];
    return [
      figure({ name: `windows of six tasks, the first ${part} of ${windows}`, value: part / first, unit: 'windows/s' }),
      figure({ name: `windows of six tasks, the last ${part} of ${windows}`, value: part / last, unit: 'windows/s' }),
      figure({ name: 'speed of the last part to the first', value: first / last, unit: 'ratio', atLeast: LEAST_RATIO }),
      ...growth(warm ?? measure(), measure()),
    ];
  } finally {
    await closeAll([installation]);
  }
}

/** From the end of the first part, when everything is warm, to the end of the last. */
function growth(first: Memory, last: Memory): Figure[] {
  const grown = (of: keyof Memory, name: string): Figure =>
    figure({ name: `worker, growth of ${name}`, value: last[of] - first[of], unit: 'MB', atMost: MOST_GROWTH[of] });
  return [
    grown('heap', 'the heap behind a collection'),
    grown('resident', 'resident memory'),
    figure({ name: 'worker, resident memory at the end', value: last.resident, unit: 'MB' }),
  ];
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
