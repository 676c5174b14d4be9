import { z } from 'zod';

import type { Temporal } from '../../core/time.ts';
import type { Window } from '../../core/window.ts';
import { type FoundWindow, WINDOW_STANDINGS } from '../../record/backfill-plan.ts';
import type { Database } from '../database.ts';
import { InstantColumn } from '../runs/run-rows.ts';

export interface WindowsOf {
  readonly dagId: string;
  readonly isPipeline: boolean;
  readonly from: Temporal.Instant;
  readonly to: Temporal.Instant;
}

const ABSENT: FoundWindow = { standing: 'absent', recordId: null, runId: null };

export interface FoundWindows {
  /** Oldest first. */
  readonly windows: readonly Window[];
  readonly of: (window: Window) => FoundWindow;
}

/** How the windows of a dag stand now: by their records, or by the last run of each where it has none. */
export async function findWindows(database: Database, wanted: WindowsOf): Promise<FoundWindows> {
  const { dagId, isPipeline, from, to } = wanted;
  // The plans of the engine's pool are made for few rows; here are many.
  const rows = await database.transaction(async (transaction) => {
    await transaction.run({ text: 'set local enable_hashjoin = on' });
    return transaction.run(isPipeline ? RECORDS : RUNS, [dagId, from.toString(), to.toString()]);
  });
  const found = rows
    .map((row) => Found.parse(row))
    .map(({ start, end, zone, ...standing }) => {
      return { window: { start, end, zone }, standing };
    });
  const standings = new Map(found.map(({ window, standing }) => [windowKey(window), standing]));
  return {
    windows: found.map(({ window }) => window),
    of: (window) => standings.get(windowKey(window)) ?? ABSENT,
  };
}

function windowKey({ start, end }: Pick<Window, 'start' | 'end'>): string {
  return `${start.epochMilliseconds}..${end.epochMilliseconds}`;
}

const RECORDS = {
  text: `
select p.window_start_time as start, p.window_end_time as "end", p.window_zone as zone, p.id as "recordId", r.id as "runId",
  case
    when r.id is not null or p.pipeline_status = 'IN_PROGRESS' then 'open'
    when p.pipeline_status = 'COMPLETED' then 'success'
    else lower(p.pipeline_status) end as standing
from pipeline_records p
left join dag_run r on r.record_id = p.id and r.state in ('queued', 'running')
where p.pipeline_id = $1 and p.window_start_time >= $2::timestamptz and p.window_end_time <= $3::timestamptz
order by p.window_start_time, p.window_end_time`,
};

// The last run of a window counts.
const RUNS = {
  text: `
select distinct on (window_start, window_end) window_start as start, window_end as "end", window_zone as zone, null as "recordId", id as "runId",
  case when state in ('queued', 'running') then 'open' else state end as standing
from dag_run
where dag_id = $1 and window_start >= $2::timestamptz and window_end <= $3::timestamptz and kind <> 'test'
order by window_start, window_end, id desc`,
};

const Found = z.object({
  start: InstantColumn,
  end: InstantColumn,
  zone: z.string(),
  recordId: z.number().nullable(),
  runId: z.number().nullable(),
  standing: z.enum(WINDOW_STANDINGS),
});
