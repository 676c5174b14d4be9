import { describe, expect, it } from 'vitest';

import { dashboardPages } from '../support/dashboard-pages.ts';

const web = dashboardPages();

describe('a run from the page of its dag', () => {
  it('is started with params and seen live to its end', async () => {
    const { page } = web;
    await web.open('/dags/shipments');
    await page.getByRole('button', { name: 'Run now …' }).click();
    const dialog = page.getByRole('dialog', { name: 'Run shipments now' });
    await expect.poll(() => dialog.getByLabel(/^Window/).count()).toBe(0);
    await dialog.getByLabel('Params of the run').fill('{"depot": "north"}');
    await dialog.getByText('One run starts as soon as a worker is free.').waitFor();
    await expect
      .poll(() => dialog.innerText())
      .toContain(`windrow dags trigger shipments --params '{"depot":"north"}'`);
    await web.looks('web-run-now');
    await dialog.getByRole('button', { name: 'Run it' }).click();
    await page.waitForURL(/\/runs\/\d+$/);
    await page.locator('main h1 + [data-state="success"]').waitFor();
  });

  it('of a pipeline moves the window that somebody names, and nothing runs before one is named', async () => {
    const { page } = web;
    await web.open('/dags/orders');
    await page.getByRole('button', { name: 'Run now …' }).click();
    const dialog = page.getByRole('dialog');
    const run = dialog.getByRole('button', { name: 'Run it' });
    await expect.poll(() => run.isDisabled()).toBe(true);
    await dialog.getByLabel(/^Window from/).fill('2999-01-20T13:15');
    await dialog.getByLabel(/^Window to/).fill('2999-01-20T13:30');
    await expect.poll(() => dialog.getByRole('alert').innerText()).toContain('is not complete before');
    await dialog.getByLabel(/^Window from/).fill('2026-01-20T13:15');
    await dialog.getByLabel(/^Window to/).fill('2026-01-20T13:30');
    await dialog.getByText('One run moves the window 2026-01-20 13:15 – 13:30.').waitFor();
    await run.click();
    await page.waitForURL(/\/runs\/\d+$/);
    await page.locator('main h1 + [data-state="success"]').waitFor();

    await web.open('/dags/orders');
    await page.getByRole('button', { name: 'Run now …' }).click();
    await dialog.getByLabel(/^Window from/).fill('2026-01-20T13:15');
    await dialog.getByLabel(/^Window to/).fill('2026-01-20T13:30');
    const taken = dialog.getByRole('alert').filter({ hasText: 'This window has been run: Record 1 is completed.' });
    await taken.waitFor();
    await expect.poll(() => run.isDisabled()).toBe(true);
    await web.looks('web-run-taken');
    await taken.getByRole('link', { name: 'Record 1' }).click();
    await page.getByRole('heading', { name: 'Record 1', level: 1 }).waitFor();
  });
});
