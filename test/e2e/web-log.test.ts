import { expect, it } from 'vitest';

import { type TaskContext, dag, task } from '#framework';
import { operations } from '#framework/operate';

import { dashboardPages } from '../support/dashboard-pages.ts';
import { endOf } from '../support/engine.ts';

const AT_ONCE = 200;

/** Each logs lines until it is asked for more; the last one ends. */
const asked = [0, 1, 2].map(() => Promise.withResolvers<void>());

const talk = task('talk', {
  run: async ({ log }: TaskContext) => {
    for (const [round, { promise }] of asked.entries()) {
      for (let line = 0; line < AT_ONCE; line += 1) log.info(`Line ${round * AT_ONCE + line}`);
      await promise;
    }
  },
});
const talking = dag('talking', {}, (d) => void d.use('talk', talk));

const web = dashboardPages({ dags: [talking] });

it('the log of a running task follows its last line, but takes nobody away from the lines above it', async () => {
  const { page } = web;
  const triggered = await operations(web.shown.windrow).triggerDag('talking');
  if (triggered.kind !== 'created') throw new Error(JSON.stringify(triggered));
  await web.open(`/runs/${triggered.runId}`);
  const log = page.getByRole('log', { name: 'Lines' });
  await log.getByText(`Line ${AT_ONCE - 1}`, { exact: true }).waitFor();

  await log.evaluate((box) => box.scrollTo(0, 0));
  await log.getByText('Line 0', { exact: true }).waitFor();
  asked[0]?.resolve();
  await page.getByText(`${2 * AT_ONCE} lines`).waitFor();
  await log.getByText('Line 0', { exact: true }).waitFor();
  expect(await log.evaluate((box) => box.scrollTop)).toBe(0);

  await log.evaluate((box) => box.scrollTo(0, box.scrollHeight));
  await log.getByText(`Line ${2 * AT_ONCE - 1}`, { exact: true }).waitFor();
  asked[1]?.resolve();
  await log.getByText(`Line ${3 * AT_ONCE - 1}`, { exact: true }).waitFor();
  asked[2]?.resolve();
  await endOf(web.shown.windrow, triggered.runId);
});
