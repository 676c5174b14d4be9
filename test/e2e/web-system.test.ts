import { listPools } from '#framework/operate';
import { describe, expect, it } from 'vitest';

import { runShipments } from '../support/dashboard-installation.ts';
import { dashboardPages } from '../support/dashboard-pages.ts';

const pages = dashboardPages({
  prepare: async ({ windrow }) => {
    await windrow.store.database.run({
      text: `insert into pool (name, slots, code_slots) values ('warehouse', 4, 4)`,
    });
    await runShipments(windrow);
  },
});

describe('the page of the system', () => {
  it('shows the processes that live, the tables and how fast tasks begin', async () => {
    const { page } = pages;
    await pages.open('/system');
    const worker = page.getByRole('table', { name: 'Processes' }).getByRole('row', { name: 'worker' });
    await worker.waitFor();
    await expect.poll(() => worker.innerText()).toContain(String(process.pid));
    await expect.poll(() => page.getByText('median').innerText()).toMatch(/^\d+.* median, \d+.* p95$/);
    await page.getByRole('table', { name: 'Tables of the database' }).getByText('task_log', { exact: true }).waitFor();
    await pages.looks('system');
  });

  it('sets the limit of a pool once its change is shown, and gives it back to the code', async () => {
    const { page, shown } = pages;
    const slots = async () => (await listPools(shown.windrow.store.database)).map((pool) => [pool.slots, pool.setBy]);
    await pages.open('/system');
    await page.getByRole('button', { name: 'Change the limits of warehouse' }).click();
    await page.getByLabel('Slots', { exact: true }).fill('7');
    await page.getByText('Now 4 slots; then 7 slots.').waitFor();
    await page.getByText('windrow pools set warehouse --slots 7').waitFor();
    await pages.picture('system-pool');
    await page.getByRole('button', { name: 'Set the limits' }).click();
    await page.getByText('0 of 7').waitFor();
    expect(await slots()).toEqual([[7, 'operator']]);
    await page.getByRole('button', { name: 'Change the limits of warehouse' }).click();
    await page.getByRole('dialog').getByLabel('Limits').selectOption('reset');
    await page.getByRole('button', { name: 'Give back to the code' }).click();
    await page.getByText('0 of 4').waitFor();
    expect(await slots()).toEqual([[4, 'code']]);
  });
});
