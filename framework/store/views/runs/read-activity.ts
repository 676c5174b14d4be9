import { z } from 'zod';

import type { Temporal } from '../../../core/time.ts';
import { RUN_STATES, type RunState } from '../../../run/run-state.ts';
import type { Executor } from '../../database.ts';
import { InstantColumn } from '../../runs/run-rows.ts';

/** Runs that were made within one hour, by the state in which they are now. */
export interface HourOfRunsView extends Readonly<Record<RunState, number>> {
  readonly hour: Temporal.Instant;
}

/** No more runs than these are looked at: 20,000 take 20 ms. */
const MOST_RUNS = 20_000;

/** The runs made since a moment, hour by hour, oldest first; `isWhole` is false where there were too many to look at all. */
export async function readActivity(
  executor: Executor,
  since: Temporal.Instant,
): Promise<{ readonly hours: readonly HourOfRunsView[]; readonly isWhole: boolean }> {
  const rows = (await executor.run(READ, [since.toString(), MOST_RUNS])).map((row) => Row.parse(row));
  const counted = rows.reduce((sum, { count }) => sum + count, 0);
  const hours = [...Map.groupBy(rows, ({ hour }) => hour.epochMilliseconds).values()].flatMap(hourOf);
  return { hours, isWhole: counted < MOST_RUNS };
}

type Row = z.infer<typeof Row>;

function hourOf(rows: readonly Row[]): readonly HourOfRunsView[] {
  const [first] = rows;
  if (first === undefined) return [];
  const countOf = (state: RunState): number => rows.find((row) => row.state === state)?.count ?? 0;
  return [
    {
      hour: first.hour,
      queued: countOf('queued'),
      running: countOf('running'),
      success: countOf('success'),
      failed: countOf('failed'),
      cancelled: countOf('cancelled'),
    },
  ];
}

// Ids grow with the moments at which runs are made, so the newest runs are found without an index of moments.
const READ = {
  name: 'read_activity',
  text: `
select date_trunc('hour', created_at, 'UTC') as hour, state, count(*)::integer as count
from (select created_at, state from dag_run order by id desc limit $2) newest
where created_at >= $1::timestamptz
group by 1, 2
order by 1`,
};

const Row = z.object({ hour: InstantColumn, state: z.enum(RUN_STATES), count: z.number() });
