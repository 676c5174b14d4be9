import { describe, expect, it } from 'vitest';

import { createRun, sensorOperations } from '#framework/operate';
import { Temporal } from '#framework';

import { dashboardPages } from '../support/dashboard-pages.ts';
import { depot } from '../support/depot.ts';
import { stuckItem } from '../support/stuck-item.ts';

const { dags, sensors } = depot();

const web = dashboardPages({
  dags,
  sensors,
  prepare: async ({ windrow: { store } }) => {
    // Of the last hours, one window each: the stretches between them were passed over, and all were made late.
    const hour = Temporal.Now.instant().round({ smallestUnit: 'hour', roundingMode: 'floor' });
    for (const hours of [3, 2, 1]) {
      const end = hour.subtract({ hours });
      const window = { start: end.subtract({ minutes: 15 }), end, zone: 'UTC' };
      await createRun(store.database, { dagId: 'stocktaking', kind: 'scheduled', window });
    }
  },
});

describe('the page of schedules and sensors', () => {
  it('shows what each schedule makes next and what it recovered and passed over', async () => {
    await web.open('/schedules');
    const row = web.page.getByRole('table', { name: 'Schedules' }).getByRole('row').filter({ hasText: 'stocktaking' });
    await row.getByText('3 made').waitFor();
    const said = await row.innerText();
    expect(said).toContain('3 recovered');
    expect(said).toContain('1 h 30 min passed over');
    expect(said).toContain('overdue');
    await web.looks('web-schedules');
    await web.open('/dags');
    await web.page.getByRole('button', { name: 'Next window' }).waitFor();
    await expect
      .poll(() => web.page.getByRole('row').filter({ hasText: 'stocktaking' }).innerText())
      .toMatch(/\d+ (min|h) ago/);
  });

  it('goes by the clock of the installation, whatever that of the browser shows', async () => {
    const { page } = web;
    await page.addInitScript('const real = Date.now; Date.now = () => real() + 400 * 24 * 3_600_000;');
    await web.open('/schedules');
    const due = page.getByRole('table', { name: 'Schedules' }).getByRole('row').filter({ hasText: 'stocktaking' });
    await due.waitFor();
    await expect.poll(() => due.innerText()).toMatch(/\s\d+ (min|h) ago\s/);
  });

  it('leads to a sensor, whose cursor is edited behind a preview, and shows live what that starts', async () => {
    const { page } = web;
    await web.open('/schedules');
    await page.getByRole('table', { name: 'Sensors' }).getByRole('link', { name: 'arrivals' }).click();
    await page.getByText('It has found nothing yet').waitFor();
    await page.getByRole('button', { name: 'Edit cursor …' }).click();
    const dialog = page.getByRole('dialog', { name: 'Cursor of arrivals' });
    const set = dialog.getByRole('button', { name: 'Set the cursor' });
    await expect.poll(() => set.isDisabled()).toBe(true);
    await dialog.getByLabel('New cursor, as JSON').fill('99');
    await expect.poll(() => dialog.getByRole('alert').innerText()).toContain('The shelf has no place 99.');
    await dialog.getByLabel('New cursor, as JSON').fill('1');
    const items = dialog.getByRole('list', { name: 'Items of the poll' }).getByRole('listitem');
    await dialog.getByText('2 items').waitFor();
    await expect.poll(() => items.count()).toBe(2);
    await expect.poll(() => items.first().innerText()).toMatch(/parcel 2[\s\S]+would start/);
    await expect.poll(() => dialog.innerText()).toContain('windrow sensors cursor arrivals --set 1');
    await web.looks('web-sensor-cursor');
    await set.click();
    await dialog.waitFor({ state: 'detached' });
    expect((await sensorOperations(web.shown.windrow).show('arrivals', { limit: 1 }))?.cursor).toBe(1);

    const scheduler = web.shown.windrow.startScheduler();
    try {
      const rows = page.getByRole('table', { name: 'Items' }).locator('tbody tr');
      await expect.poll(() => rows.filter({ hasText: 'success' }).count()).toBe(2);
      await expect.poll(() => page.getByRole('row').filter({ hasText: 'parcel 1' }).count()).toBe(0);
      await web.looks('web-sensor');
    } finally {
      await scheduler.close();
    }
  });

  it('resets a cursor, where known items stay, and pauses a sensor', async () => {
    const { page } = web;
    await web.open('/sensors/arrivals');
    await page.getByRole('button', { name: 'Edit cursor …' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Cursor', { exact: true }).selectOption('reset');
    await dialog.getByText('1 would start, 2 are known').waitFor();
    await dialog.getByRole('button', { name: 'Reset the cursor' }).click();
    await page.getByText('sensor cursor reset').waitFor();
    await page.getByRole('button', { name: 'Pause …' }).click();
    await page.getByRole('button', { name: 'Pause it' }).click();
    await page.locator('main h1 + [data-state="paused"]').waitFor();
    expect((await sensorOperations(web.shown.windrow).show('arrivals', { limit: 1 }))?.paused).toBe(true);
  });

  it('gives an item up with a reason, and runs another again', async () => {
    const { page } = web;
    for (const key of ['torn', 'late']) await stuckItem(web.shown.windrow, { sensor: 'arrivals', dag: 'unpack', key });
    await web.open('/sensors/arrivals');
    await page.getByRole('button', { name: 'Skip torn' }).waitFor();
    await web.looks('web-sensor-items');
    await page.getByRole('button', { name: 'Skip torn' }).click();
    await page.getByLabel('Reason, kept on the item').fill('the parcel is torn');
    await page.getByRole('button', { name: 'Give the item up' }).click();
    await page.getByText('skipped: the parcel is torn').waitFor();
    await page.getByRole('button', { name: 'Run again late' }).click();
    await page.getByRole('button', { name: 'Start a new run' }).click();
    await page.getByRole('button', { name: 'Run again late' }).waitFor({ state: 'detached' });
    const shown = await sensorOperations(web.shown.windrow).show('arrivals', { limit: 1 });
    expect(shown?.items).toMatchObject([{ key: 'late', state: expect.stringMatching(/queued|running|success/) }]);
  });
});
