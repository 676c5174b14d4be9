import { expect, it } from 'vitest';

import { runWindow } from '../support/dashboard-installation.ts';
import { dashboardPages } from '../support/dashboard-pages.ts';

const WINDOWS = 10_000;
const AT_ONCE = 200;

let newest: number;
const web = dashboardPages({
  prepare: async (shown) => {
    const { database } = shown.windrow.store;
    await database.run({ text: RECORDS, patient: true }, [WINDOWS - 1]);
    await database.run({ text: RUNS, patient: true });
    await database.run({ text: TASKS, patient: true });
    newest = await runWindow(shown.windrow, 0);
  },
});

it('the grid of 10,000 windows is walked to the oldest one, keeps little in the page, and follows a change by few questions', async () => {
  await web.open('/dags/orders');
  const grid = web.page.getByRole('grid', { name: 'Windows and tasks' });
  await grid.getByRole('button').first().focus();
  for (let columns = AT_ONCE; columns < WINDOWS; columns += AT_ONCE) {
    await web.page.keyboard.press('End');
    await web.page.locator(`[role="grid"]:not([aria-colcount="${columns}"])`).waitFor();
  }
  await expect.poll(() => grid.getAttribute('aria-colcount')).toBe(String(WINDOWS));
  await web.page.keyboard.press('End');
  await web.page.locator(`[data-place$=" ${WINDOWS - 1}"]:focus`).waitFor();
  await expect.poll(() => grid.getByRole('button').count()).toBeLessThan(1500);

  const asked: string[] = [];
  web.page.on('request', (request) => {
    if (request.url().includes('/grid')) asked.push(request.url());
  });
  await web.page.keyboard.press('Home');
  await web.page.locator('[data-place$=" 0"]:focus').waitFor();
  await grid
    .getByRole('button', { name: /^run, .* success$/ })
    .first()
    .waitFor();
  const again = await web.shown.windrow.store.database.run({ text: RUNNING }, [newest]);
  expect(again).toHaveLength(1);
  await grid.getByRole('button', { name: /^run, .* running$/ }).waitFor();
  expect(asked.length).toBeLessThan(5);
});

const RECORDS = `
insert into pipeline_records (pipeline_id, target_day, window_start_time, window_end_time, window_zone, time_interval,
  pipeline_status, phase_completed)
select 'orders', (w at time zone 'UTC')::date, w, w + interval '15 minutes', 'UTC', '15m', 'COMPLETED', 'AUDIT'
from generate_series(1, $1::integer) as n (n),
  lateral (select timestamptz '2026-01-20T13:15Z' - n * interval '15 minutes' as w) at`;

const RUNS = `
insert into dag_run (dag_id, graph_hash, kind, state, priority, window_start, window_end, window_zone, record_id, started_at, ended_at)
select d.id, d.graph_hash, 'scheduled', 'success', 1, p.window_start_time, p.window_end_time, 'UTC', p.id, now(), now()
from pipeline_records p
join dag d on d.id = p.pipeline_id`;

const TASKS = `
insert into task_instance (run_id, task_id, state, seq, attempt, pool, priority, upstream_total, started_at, ended_at)
select r.id, t, 'success', 1, 1, 'default', 1, 1, now(), now()
from dag_run r, unnest(array['store_and_validate', 'source_to_stage', 'stage_to_target', 'audit']) t`;

// As the engine does at the start of a run, with the event that tells of it.
const RUNNING = `
with begun as (update dag_run set state = 'running' where record_id = $1 returning id, dag_id, record_id)
insert into event (kind, dag_id, run_id, record_id) select 'run_running', dag_id, id, record_id from begun returning id`;
