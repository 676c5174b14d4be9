import { afterEach, describe, expect, it } from 'vitest';

import { DataFailure } from '#framework';
import { listRuns, operations } from '#framework/operate';

import { barriers } from '../support/accessibility.ts';
import { failWindow, runShipments } from '../support/dashboard-installation.ts';
import { dashboardPages } from '../support/dashboard-pages.ts';

const web = dashboardPages();

/** A window whose load failed, with its run. */
async function failedWindow(index: number): Promise<{ readonly record: number; readonly run: number }> {
  const record = await failWindow(web.shown, index);
  const [run] = await listRuns(web.shown.windrow.store.database, { recordId: record, limit: 1 });
  if (run === undefined) throw new Error(`Record ${record} has no run.`);
  return { record, run: run.id };
}

/** Loads wait until they are told to fail. */
function holdLoads(): { readonly fail: () => void } {
  const { promise, resolve } = Promise.withResolvers<void>();
  const { target } = web.shown.orders;
  target.trouble = async () => {
    await promise;
    throw new DataFailure('E_TOO_LONG', 'Column "note" of row 7 is still too long for varchar(20).');
  };
  return {
    fail: () => {
      resolve();
    },
  };
}

afterEach(() => {
  web.shown.orders.target.trouble = undefined;
});

describe('the page of a run', () => {
  it('shows what failed, and finishes live behind a re-run of the failed tasks that was shown first', async () => {
    const { run } = await failedWindow(0);
    await web.open(`/runs/${run}`);
    const task = web.page.getByRole('region', { name: 'Task stage_to_target' });
    await expect.poll(() => task.getByRole('alert').innerText()).toContain('E_TOO_LONG');
    await web.page.getByRole('group', { name: 'Graph of the tasks' }).getByText('audit', { exact: true }).waitFor();
    await web.looks('web-run');

    await web.page.getByRole('button', { name: 'Re-run failed tasks' }).click();
    const dialog = web.page.getByRole('dialog');
    const effects = dialog.getByRole('list', { name: 'What happens to each task' });
    await expect
      .poll(() => effects.getByRole('listitem').filter({ hasText: 'stage_to_target' }).innerText())
      .toContain('starts at once');
    await expect.poll(() => dialog.innerText()).toContain(`windrow runs rerun ${run} --failed`);
    await web.picture('web-run-rerun');
    await dialog.getByRole('button', { name: 'Re-run failed tasks' }).click();
    await web.page.locator('main h1 + [data-state="success"]').waitFor();
  });

  it('does not ask anew by itself where a re-run has failed as well', async () => {
    const { run } = await failedWindow(3);
    const gate = holdLoads();
    await web.open(`/runs/${run}`);
    await web.page.getByRole('button', { name: 'Re-run failed tasks' }).click();
    const dialog = web.page.getByRole('dialog');
    const again = dialog.getByRole('button', { name: 'Re-run failed tasks' });
    await expect.poll(() => again.isEnabled()).toBe(true);
    // The run is asked anew behind the deed, and something else takes longer.
    const held = Promise.withResolvers<void>();
    await web.page.route('**/api/v1/session', async (route) => {
      await held.promise;
      await route.continue();
    });
    await again.click();
    await web.page.locator('main h1 + [data-state="running"]').waitFor();
    held.resolve();
    await dialog.waitFor({ state: 'detached' });
    gate.fail();
    await web.page.locator('main h1 + [data-state="failed"]').waitFor();
    expect(await dialog.count()).toBe(0);
  });

  it('finds lines of a log by word, level and try, and shows every try and the output', async () => {
    const run = await runShipments(web.shown.windrow);
    await web.open(`/runs/${run}?task=send_parcels`);
    const log = web.page.getByRole('log', { name: 'Lines' });
    await log.getByText('Sending 42 parcels, try 2').waitFor();
    await web.page.getByLabel('Search the log').fill('carrier TOOK');
    await web.page.getByText(/^1 of \d+ lines$/).waitFor();
    await expect.poll(() => log.locator('mark').allInnerTexts()).toEqual(['carrier took']);
    await web.page.getByLabel('Search the log').fill('');
    const [download] = await Promise.all([
      web.page.waitForEvent('download'),
      web.page.getByRole('link', { name: 'Download all of it' }).click(),
    ]);
    expect(download.suggestedFilename()).toBe(`run-${run}-send_parcels.log`);
    await web.page.getByRole('link', { name: 'Try 1', exact: true }).click();
    await log.getByText('Sending 42 parcels, try 2').waitFor({ state: 'detached' });
    await log.getByText('Sending 42 parcels, try 1').waitFor();

    await web.page.getByRole('link', { name: 'Tries (2)' }).click();
    await web.page.getByText('The carrier hung up <b>rudely</b>').waitFor();
    await web.page.getByRole('link', { name: 'Output' }).click();
    await web.page.getByRole('group', { name: 'Output of send_parcels' }).getByText('42').waitFor();
    await web.page.getByRole('link', { name: 'Timeline' }).click();
    await web.page.getByRole('button', { name: /send_parcels, try 2: success/ }).waitFor();
    await web.looks('web-run-time');
  });
});

describe('the page of a record', () => {
  it('says why a window is not loaded, shows what a re-run resets, and sees it finish live', async () => {
    const { record } = await failedWindow(1);
    const transfers = web.shown.orders.source.transfers.length;
    await web.open(`/records/${record}`);
    await expect.poll(() => web.page.getByRole('alert').innerText()).toContain('E_TOO_LONG');
    await expect.poll(() => web.page.getByRole('alert').innerText()).toContain(`windrow records rerun ${record}`);
    const why = web.page.getByRole('region', { name: 'Why is it not running?' });
    await why.getByText(`windrow explain record ${record}`).waitFor();
    await why.getByRole('listitem').first().waitFor();
    await web.looks('web-record-failed');

    await web.page.getByRole('button', { name: 'Re-run …' }).click();
    const dialog = web.page.getByRole('dialog');
    await dialog.getByRole('table', { name: 'Columns that change' }).getByText('pipeline_status').waitFor();
    await web.picture('web-record-rerun');
    await dialog.getByRole('button', { name: 'Re-run from stage to target' }).click();
    await web.page.locator('main h1 + [data-state="COMPLETED"]').waitFor();
    expect(web.shown.orders.source.transfers).toHaveLength(transfers);
    const rows = web.page.getByRole('region', { name: 'Rows' });
    await expect.poll(() => rows.innerText()).toContain('equal');
    await web.looks('web-record');
  });

  it('says in an open dialog why a window cannot be run again any more', async () => {
    const { record } = await failedWindow(4);
    await web.open(`/records/${record}`);
    await web.page.getByRole('button', { name: 'Re-run …' }).click();
    const dialog = web.page.getByRole('dialog');
    await dialog.getByRole('table', { name: 'Columns that change' }).waitFor();
    const gate = holdLoads();
    await operations(web.shown.windrow).rerunRecord(record, { by: 'somebody else' });
    await dialog.getByRole('alert').waitFor();
    await expect.poll(() => dialog.getByRole('button', { name: /^Re-run/ }).isDisabled()).toBe(true);
    gate.fail();
  });

  it('gives a window up with the reason that somebody wrote', async () => {
    const { record } = await failedWindow(2);
    await web.open(`/records/${record}`);
    await web.page.getByRole('button', { name: 'Skip …' }).click();
    const dialog = web.page.getByRole('dialog');
    const button = dialog.getByRole('button', { name: 'Give the window up' });
    await expect.poll(() => button.isDisabled()).toBe(true);
    await dialog.getByLabel('Reason, kept on the record').fill('The shop was closed');
    await button.click();
    await web.page.locator('main h1 + [data-state="COMPLETED"]').waitFor();
  });

  it('says so where there is no such record', async () => {
    await web.open('/records/99999');
    await web.page.getByText('There is no record 99999.').waitFor();
    expect(await barriers(web.page)).toEqual([]);
  });
});
