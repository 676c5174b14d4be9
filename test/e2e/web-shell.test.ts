import { describe, expect, it } from 'vitest';

import { barriers } from '../support/accessibility.ts';
import { runShipments } from '../support/dashboard-installation.ts';
import { dashboardPages } from '../support/dashboard-pages.ts';

const web = dashboardPages();

describe('an address that no page has', () => {
  it('says so and leads to the first page, without barriers in light and in dark', async () => {
    await web.open('/no-such-page');
    await web.page.getByRole('heading', { name: 'Page not found' }).waitFor();
    expect(await web.page.title()).toBe('Page not found · Windrow');
    expect(await barriers(web.page)).toEqual([]);
    await web.picture('web-not-found');

    await web.page.emulateMedia({ colorScheme: 'dark' });
    expect(await barriers(web.page)).toEqual([]);
  });
});

describe('the address of a thing that is not there', () => {
  it.each([
    ['/runs/99999', 'Run 99999', 'Runs'],
    ['/records/99999', 'Record 99999', 'Records'],
    ['/backfills/99999', 'Backfill 99999', 'Backfills'],
    ['/sensors/nobody', 'nobody', 'Schedules and sensors'],
  ])('%s says so under its name, and leads to the list', async (path, name, list) => {
    await web.open(path);
    await web.page.getByRole('heading', { name, level: 1 }).waitFor();
    await web.page.getByRole('alert').getByText('There is no such thing').waitFor();
    await web.page.getByRole('navigation', { name: 'Breadcrumbs' }).getByRole('link', { name: list }).click();
    await web.page.getByRole('heading', { name: list, level: 1 }).waitFor();
    expect(await barriers(web.page)).toEqual([]);
  });
});

describe('a page that cannot be loaded', () => {
  it('leaves the way to other pages open, and is loaded by another try', async () => {
    const { page } = web;
    await web.open('/no-such-page');
    const ways = page.getByRole('navigation', { name: 'Main' });
    await page.route('**/app/runs-page-*', (route) => route.abort());
    await ways.getByRole('link', { name: 'Runs' }).click();
    await page.getByRole('alert').getByText('This page has a fault').waitFor();
    await ways.getByRole('link', { name: 'Records' }).click();
    await page.getByRole('heading', { name: 'Records', level: 1 }).waitFor();

    await ways.getByRole('link', { name: 'Runs' }).click();
    await page.getByRole('alert').waitFor();
    await page.unroute('**/app/runs-page-*');
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.getByRole('heading', { name: 'Runs', level: 1 }).waitFor();
    await expect.poll(() => page.getByRole('alert').count()).toBe(0);
  });
});

describe('the next part of a list', () => {
  it('that cannot be had says so', async () => {
    const { page } = web;
    await runShipments(web.shown.windrow);
    await page.route('**/api/v1/runs*', async (route) => {
      if (route.request().url().includes('cursor=')) {
        await route.fulfill({
          status: 500,
          json: { title: 'Internal fault', code: 'E_BUG', detail: 'The list broke.' },
        });
        return;
      }
      const response = await route.fetch();
      const list: unknown = await response.json();
      await route.fulfill({ response, json: Object.assign({}, list, { next: 'behind' }) });
    });
    await web.open('/runs');
    await page.getByRole('button', { name: 'More runs' }).click();
    await page.getByRole('alert').getByText('The list broke.').waitFor();
    await expect.poll(() => page.getByRole('table', { name: 'Runs' }).count()).toBe(1);
  });
});

describe('the frame', () => {
  it('keeps the chosen theme, against the system and over a reload', async () => {
    await web.page.emulateMedia({ colorScheme: 'light' });
    await web.open('/no-such-page');
    const paper = async (): Promise<string> =>
      web.page.evaluate('getComputedStyle(document.documentElement).backgroundColor');
    const light = await paper();
    await web.page.getByRole('button', { name: 'Dark' }).click();
    await expect.poll(paper).not.toBe(light);
    const dark = await paper();

    await web.page.reload();
    await web.page.getByRole('heading', { name: 'Page not found' }).waitFor();
    await expect.poll(paper).toBe(dark);
    await web.page.getByRole('button', { name: 'As the system' }).click();
    await expect.poll(paper).toBe(light);
  });

  it('opens its ways by a button where the screen is narrow', async () => {
    await web.page.setViewportSize({ width: 400, height: 800 });
    await web.open('/no-such-page');
    const home = web.page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Home' });
    await web.page.getByRole('heading', { name: 'Page not found' }).waitFor();
    await expect.poll(() => home.isVisible()).toBe(false);

    await web.page.getByRole('button', { name: 'Menu' }).press('Enter');
    await home.waitFor();
    await web.picture('web-narrow');
    const width: number = await web.page.evaluate('document.documentElement.scrollWidth');
    expect(width).toBe(400);
  });
});
