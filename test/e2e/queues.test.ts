import { describe, expect, it } from 'vitest';

import { openShownInstallation, runShipments } from '../support/dashboard-installation.ts';
import { pagesOf } from '../support/dashboard-pages.ts';
import { BACKENDS } from '../support/engine.ts';

describe.each(BACKENDS)('Bull Board over %s', (backend) => {
  const pages = pagesOf(() => openShownInstallation(backend));

  it('shows both tries of a retried task, their logs, and the way to our page', async () => {
    const { page, shown, open, picture } = pages;
    const run = await runShipments(shown.windrow);

    await open('/queues/queue/windrow-default?status=failed');
    const failed = page.getByText('shipments · run', { exact: false }).first();
    await failed.waitFor();
    await page.getByText('The carrier hung up').first().waitFor();
    await page.getByText('Sending 42 parcels, try 1').first().waitFor();
    await picture(`queues-failed-${backend}`);
    // A job may have ended before its last line is there.
    const log = async (): Promise<unknown> =>
      (await fetch(`${shown.url}/queues/api/queues/windrow-default/${run}__send_parcels__0__1/logs`)).json();
    await expect
      .poll(log)
      .toEqual([expect.stringContaining('Sending 42 parcels, try 1'), expect.stringContaining('The carrier hung up')]);

    await open('/queues/queue/windrow-default?status=completed');
    await page.getByText('The carrier took them all').first().waitFor();
    await picture(`queues-completed-${backend}`);

    const link = page.locator(`a[href="/runs/${run}/record"]`).first();
    const opened = page.context().waitForEvent('page');
    await link.click({ modifiers: ['ControlOrMeta'] });
    const runPage = await opened;
    await runPage.waitForURL(`${shown.url}/runs/${run}`);
    await runPage.getByRole('heading', { name: `Run ${run}` }).waitFor();
    await runPage.close();
  });
});
