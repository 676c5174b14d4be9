import { describe, expect, it } from 'vitest';

import { barriers } from '../support/accessibility.ts';
import { runShipments, runWindow } from '../support/dashboard-installation.ts';
import { dashboardPages } from '../support/dashboard-pages.ts';

const web = dashboardPages({
  prepare: async (shown) => {
    await runShipments(shown.windrow);
    for (const index of [0, 1]) await runWindow(shown.windrow, index);
  },
});

describe('the list of runs', () => {
  it('is narrowed by dag and state, which stand in its address', async () => {
    await web.open('/runs');
    const rows = web.page.getByRole('table', { name: 'Runs' }).locator('tbody tr');
    await expect.poll(() => rows.count()).toBe(3);
    await web.page.getByLabel('Dag').selectOption('shipments');
    await expect.poll(() => rows.count()).toBe(1);
    expect(web.page.url()).toContain('dag=shipments');

    await web.page.reload();
    await expect.poll(() => rows.count()).toBe(1);
    await web.page.getByLabel('State').selectOption('failed');
    await web.page.getByText('No runs').waitFor();
    expect(await barriers(web.page)).toEqual([]);
  });

  it('is walked by the arrow keys, and Enter opens the run', async () => {
    await web.open('/runs');
    const rows = web.page.getByRole('table', { name: 'Runs' }).locator('tbody tr');
    await expect.poll(() => rows.count()).toBe(3);
    const second = await rows.nth(1).getByRole('link').first().getAttribute('href');
    await rows.first().focus();
    await web.page.keyboard.press('ArrowDown');
    await web.page.keyboard.press('Enter');
    await web.page.waitForURL(`${web.shown.url}${second}`);
  });
});

describe('a table in a narrow page', () => {
  it('shows each row as a card with all of its facts, and stays a table for readers of the screen', async () => {
    const { page } = web;
    await page.setViewportSize({ width: 400, height: 800 });
    await web.open('/runs');
    const row = page.getByRole('table', { name: 'Runs' }).getByRole('row').filter({ hasText: 'shipments' });
    await row.waitFor();
    const cells = row.getByRole('cell');
    await expect.poll(() => cells.count()).toBe(8);
    for (const cell of await cells.all()) {
      const box = await cell.boundingBox();
      expect((box?.x ?? -1) >= 0 && (box?.x ?? 0) + (box?.width ?? 400) <= 400).toBe(true);
    }
    await web.looks('web-cards');
  });
});

describe('the list of records', () => {
  it('shows windows with their counts and verdict, and is narrowed by state', async () => {
    await web.open('/records');
    const rows = web.page.getByRole('table', { name: 'Records' }).locator('tbody tr');
    await expect.poll(() => rows.count()).toBe(2);
    await expect.poll(() => rows.first().innerText()).toContain('pass');
    await web.picture('web-records');
    expect(await barriers(web.page)).toEqual([]);
    await web.page.getByLabel('State').selectOption('FAILED');
    await web.page.getByText('No records').waitFor();
    expect(web.page.url()).toContain('status=FAILED');
  });
});

describe('a stretch of time', () => {
  it.each([
    ['/records', 'Records'],
    ['/runs', 'Runs'],
  ])('narrows %s to the windows that begin in it, and stands in the address', async (path, name) => {
    await web.open(path);
    // Written in UTC, whatever the zone of the browser is.
    await web.page.getByRole('button', { name: 'UTC' }).click();
    const rows = web.page.getByRole('table', { name }).locator('tbody tr');
    await rows.nth(1).waitFor();
    await web.page.getByLabel('Windows from').fill('2026-01-20T13:30');
    await expect.poll(() => rows.count()).toBe(1);
    await expect.poll(() => rows.first().innerText()).toContain('2026-01-20 13:30 – 13:45');
    expect(web.page.url()).toContain('from=2026-01-20T13%3A30%3A00Z');
    await web.looks(`web-stretch-${name.toLowerCase()}`);
    await web.page.reload();
    await expect.poll(() => rows.count()).toBe(1);
    await web.page.getByLabel('to', { exact: true }).fill('2026-01-20T13:30');
    await web.page.getByText(`No ${name.toLowerCase()}`).waitFor();
  });
});
