import { describe, expect, it } from 'vitest';

import { runWindow } from '../support/dashboard-installation.ts';
import { dashboardPages } from '../support/dashboard-pages.ts';

const WINDOWS = 5;

const web = dashboardPages({
  prepare: async ({ windrow }) => {
    for (let index = 0; index < WINDOWS; index += 1) await runWindow(windrow, index);
  },
});

/** Holds every load until it is released. */
function holdLoads(): () => void {
  const gate = Promise.withResolvers<undefined>();
  const { target } = web.shown.orders;
  target.trouble = () => gate.promise;
  return () => {
    target.trouble = undefined;
    gate.resolve(undefined);
  };
}

describe('a backfill', () => {
  it('is made with a preview, paused, resumed, and seen finish live', async () => {
    const scheduler = web.shown.windrow.startScheduler();
    const release = holdLoads();
    try {
      const { page } = web;
      await web.open('/dags/orders');
      await page.getByRole('button', { name: 'Backfill …' }).click();
      const dialog = page.getByRole('dialog', { name: 'New backfill' });
      const create = dialog.getByRole('button', { name: 'Create the backfill' });
      await expect.poll(() => create.isDisabled()).toBe(true);
      await dialog.getByLabel('Windows').selectOption('all');
      await dialog.getByLabel(/^From/).fill('2026-01-20T00:00');
      await dialog.getByLabel(/^To/).fill('2026-01-22T00:00');
      const plan = dialog.getByRole('list', { name: 'Windows of the plan' }).getByRole('listitem');
      await dialog.getByText(`${WINDOWS} windows`).waitFor();
      await expect.poll(() => plan.count()).toBe(WINDOWS);
      await expect.poll(() => plan.first().innerText()).toContain('runs again');
      await expect
        .poll(() => dialog.innerText())
        .toMatch(/windrow backfill create --dag orders --from \S+Z --to \S+Z --only all/);
      await web.looks('web-backfill-new');
      await create.click();

      await page.waitForURL(/\/backfills\/\d+$/);
      const states = page.getByRole('list', { name: 'Windows by state' });
      await states.getByText('active').waitFor();
      await page.getByRole('button', { name: 'Pause' }).click();
      await page.getByRole('button', { name: 'Pause the backfill' }).click();
      await page.locator('main h1 + [data-state="paused"]').waitFor();
      await page.getByRole('region', { name: 'Why is it not running?' }).getByRole('listitem').first().waitFor();
      await web.looks('web-backfill-paused');
      release();
      await states.getByText('success').waitFor();
      await page.getByRole('button', { name: 'Resume' }).click();
      await page.getByRole('button', { name: 'Resume the backfill' }).click();
      await page.locator('main h1 + [data-state="completed"]').waitFor();
      await expect.poll(() => states.innerText()).toMatch(/^5\s+success$/);
      await web.looks('web-backfill');
    } finally {
      release();
      await scheduler.close();
    }
  });

  it('stands in the list with how far it is, and its dag narrows the list', async () => {
    await web.open('/backfills?dag=orders');
    const rows = web.page.getByRole('table', { name: 'Backfills' }).locator('tbody tr');
    await expect.poll(() => rows.count()).toBe(1);
    await expect.poll(() => rows.first().innerText()).toContain('5 of 5 ended');
    await web.looks('web-backfills');
    await web.page.getByLabel('Dag').selectOption('shipments');
    await web.page.getByText('No backfills').waitFor();
  });

  it('of a stretch without windows says why it cannot be', async () => {
    await web.open('/backfills?dag=orders');
    await web.page.getByRole('button', { name: 'New backfill …' }).click();
    const dialog = web.page.getByRole('dialog');
    await dialog.getByLabel(/^From/).fill('2020-01-20T00:00');
    await dialog.getByLabel(/^To/).fill('2020-01-22T00:00');
    await expect.poll(() => dialog.getByRole('alert').innerText()).toContain('No window of orders lies between');
    await dialog.getByLabel(/^Params/).fill('{"full":');
    await dialog.getByText('This is no JSON').waitFor();
    await expect.poll(() => dialog.getByRole('button', { name: 'Create the backfill' }).isDisabled()).toBe(true);
  });

  it('that is not there is told so', async () => {
    await web.open('/backfills/99999');
    await expect.poll(() => web.page.getByRole('alert').innerText()).toContain('There is no backfill 99999.');
  });
});
