import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';

import { type ShownInstallation, openShownInstallation } from '../support/dashboard-installation.ts';

const [FAILED, WAITING, RUNS] = [30, 40, 25];

let shown: ShownInstallation;

beforeAll(async () => {
  shown = await openShownInstallation('postgres');
  const { database } = shown.windrow.store;
  await database.run({ text: WINDOWS }, [FAILED, FAILED + WAITING]);
  await database.run({ text: FAILED_RUNS }, [RUNS]);
});

afterAll(() => shown.close());

const Home = z.looseObject({
  counts: z.record(z.string(), z.number()),
  failedRecords: z.array(z.unknown()),
  late: z.array(z.looseObject({ status: z.string(), window: z.looseObject({ start: z.string() }) })),
});

describe('the overview of the first page', () => {
  it('counts all that failed and is late, also what its lists have no room for', async () => {
    const response = await fetch(`${shown.url}/api/v1/home`);
    const { counts, failedRecords } = Home.parse(await response.json());
    expect(failedRecords.length).toBeLessThan(FAILED);
    expect(counts).toEqual({ failedWindows: FAILED, failedRuns: RUNS, lateWindows: WAITING, runningRuns: 0 });
  });

  it('names the oldest window that is late behind those that failed', async () => {
    const response = await fetch(`${shown.url}/api/v1/home`);
    const { late } = Home.parse(await response.json());
    expect(late).toMatchObject([{ status: 'PENDING', window: { start: '2026-01-20T20:45:00Z' } }]);
  });
});

const WINDOWS = `
insert into pipeline_records (pipeline_id, target_day, window_start_time, window_end_time, window_zone, time_interval, pipeline_status)
select 'orders', (w at time zone 'UTC')::date, w, w + interval '15 minutes', 'UTC', '15m',
  case when n < $1::integer then 'FAILED' else 'PENDING' end
from generate_series(0, $2::integer - 1) as n (n),
  lateral (select timestamptz '2026-01-20T13:15Z' + n * interval '15 minutes' as w) at`;

const FAILED_RUNS = `
insert into dag_run (dag_id, graph_hash, kind, state, priority, started_at, ended_at)
select d.id, d.graph_hash, 'manual', 'failed', 1, now(), now()
from dag d, generate_series(1, $1::integer)
where d.id = 'shipments'`;
