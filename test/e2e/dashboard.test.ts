import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { DataFailure, Temporal, definePlugin } from '#framework';
import { findRecord } from '#framework/operate';

import { type Browser, openBrowser } from '../support/browser.ts';
import {
  type ShownInstallation,
  openShownInstallation,
  runShipments,
  runWindow,
} from '../support/dashboard-installation.ts';
import { BACKENDS, eventually } from '../support/engine.ts';

const SHOTS = 'test-results';

let browser: Browser;
let page: Page;
let shown: ShownInstallation;
let complaints: string[];

beforeAll(async () => {
  browser = await openBrowser();
});

afterAll(() => browser.close());

beforeEach(async () => {
  page = await browser.context.newPage();
  complaints = [];
  page.on('pageerror', (error) => complaints.push(error.message));
});

afterEach(async () => {
  await page.close();
  await shown.close();
});

describe.each(BACKENDS)('Bull Board over %s', (backend) => {
  it('shows both tries of a retried task, their logs, and the way to our page', async () => {
    shown = await openShownInstallation(backend);
    const run = await runShipments(shown.windrow);

    await page.goto(`${shown.url}/queues/queue/windrow-default?status=failed`);
    const failed = page.getByText('shipments · run', { exact: false }).first();
    await failed.waitFor();
    await page.getByText('The carrier hung up').first().waitFor();
    await page.getByText('Sending 42 parcels, try 1').first().waitFor();
    await page.screenshot({ path: `${SHOTS}/queues-failed-${backend}.png` });
    const log = await fetch(`${shown.url}/queues/api/queues/windrow-default/${run}__send_parcels__0__1/logs`);
    expect(await log.json()).toEqual([
      expect.stringContaining('Sending 42 parcels, try 1'),
      expect.stringContaining('The carrier hung up'),
    ]);

    await page.goto(`${shown.url}/queues/queue/windrow-default?status=completed`);
    await page.getByText('The carrier took them all').first().waitFor();
    await page.screenshot({ path: `${SHOTS}/queues-completed-${backend}.png` });

    const link = page.locator(`a[href="/runs/${run}/record"]`).first();
    const opened = browser.context.waitForEvent('page');
    await link.click({ modifiers: ['ControlOrMeta'] });
    const runPage = await opened;
    await runPage.waitForURL(`${shown.url}/runs/${run}`);
    expect(await runPage.textContent('h1')).toContain(`Run ${run}`);
    await runPage.close();
    expect(complaints).toEqual([]);
  });
});

describe('the pages', () => {
  it('show dags, records and runs, and a run with its tries and logs as they were written', async () => {
    shown = await openShownInstallation('postgres');
    const record = await runWindow(shown.windrow, 0);
    const run = await runShipments(shown.windrow);

    await page.goto(shown.url);
    expect(await page.getByRole('row', { name: 'shipments Hands parcels' }).textContent()).toContain('success');
    const row = page.getByRole('region', { name: 'Latest records' }).getByRole('row').nth(1);
    expect(await row.innerText()).toContain('2026-01-20 13:15 – 13:30');
    expect(await row.textContent()).toContain('completed');
    await page.screenshot({ path: `${SHOTS}/dashboard.png` });

    await page.goto(`${shown.url}/runs/${run}`);
    for (const summary of await page.locator('summary').all()) await summary.click();
    const text = await page.locator('#task-send_parcels').innerText();
    expect(text).toContain('Sending 42 parcels, try 1');
    expect(text).toContain('The carrier hung up <b>rudely</b>');
    expect(text).toContain('Sending 42 parcels, try 2');
    expect(await page.locator('#task-find_parcels').innerText()).toContain('Rotterdam <north>');
    await page.screenshot({ path: `${SHOTS}/run.png`, fullPage: true });

    await page.emulateMedia({ colorScheme: 'dark' });
    await page.goto(`${shown.url}/records/${record}`);
    await page.screenshot({ path: `${SHOTS}/record-dark.png`, fullPage: true });
    expect(complaints).toEqual([]);
  });

  it('work without JavaScript: pause a dag and re-run a record from a phase', async () => {
    shown = await openShownInstallation('postgres');
    const { windrow, url, orders } = shown;
    const record = await runWindow(windrow, 0);
    await page.route('**/*.js', (route) => route.abort());

    await page.goto(url);
    await page.getByRole('button', { name: 'Pause orders' }).click();
    await page.getByText('The dag is paused').waitFor();
    await page.getByRole('button', { name: 'Unpause orders' }).waitFor();

    await page.getByRole('link', { name: `Re-run record ${record}` }).click();
    await page.getByText('What changes (dry run)').nth(1).click();
    expect(await page.locator('[data-key="preview-STAGE_TO_TARGET"]').innerText()).toContain('phase_completed');
    await page.getByRole('button', { name: 'Re-run from stage to target' }).click();
    await page.getByText('The re-run has been started.').waitFor();
    const after = await eventually('the re-run', async () => {
      const found = await findRecord(windrow.store.database, record);
      return found?.pipelineStatus === 'COMPLETED' ? found : undefined;
    });
    expect(after.retryAttempt).toBe(1);
    expect(orders.source.transfers).toHaveLength(1);
    expect(orders.target.receipts).toHaveLength(2);
  });

  it('tell why a window failed and with which command it is run again, then repair it by one button', async () => {
    shown = await openShownInstallation('postgres');
    const { windrow, url, orders } = shown;
    orders.target.trouble = () => {
      throw new DataFailure('E_TOO_LONG', 'Column "note" of row 7 is too long for varchar(20).');
    };
    const record = await runWindow(windrow, 0);
    await page.goto(`${url}/records/${record}`);
    const box = await page.getByRole('alert').innerText();
    expect(box).toContain('E_TOO_LONG');
    expect(box).toContain(`windrow records rerun ${record}`);
    await page.screenshot({ path: `${SHOTS}/record-failed.png`, fullPage: true });

    orders.target.trouble = undefined;
    await page.getByRole('button', { name: 'Re-run from stage to target' }).click();
    await page.getByText('The re-run has been started.').waitFor();
    // The page keeps itself fresh.
    await page.locator('h1').getByText('completed').waitFor();
    expect(orders.source.transfers).toHaveLength(1);
    expect(complaints).toEqual([]);
  });

  it('show what plugins show, with their errors, and keep it fresh', async () => {
    let parcels = 1;
    const load = async () => [
      { kind: 'text', text: 'Read from the depot <now>.' } as const,
      {
        kind: 'facts',
        facts: { Depot: 'Rotterdam', Open: true, Since: Temporal.Instant.from('2026-01-20T13:15Z') },
      } as const,
      {
        kind: 'table',
        rows: [
          { Carrier: 'Post', Parcels: parcels },
          { Carrier: null, Parcels: 2 },
        ],
      } as const,
    ];
    const depot = definePlugin({
      name: 'depot',
      version: '1.0.0',
      sections: [
        { id: 'parcels', title: 'Parcels', load },
        { id: 'broken', title: 'Broken', load: () => Promise.reject(new Error('The depot does not answer')) },
      ],
    });
    shown = await openShownInstallation('postgres', [depot]);
    await page.goto(shown.url);
    await page.getByRole('link', { name: 'Plugins' }).click();
    const section = page.getByRole('region', { name: 'Parcels depot' });
    expect(await section.innerText()).toContain('Read from the depot <now>.');
    expect(await section.locator('dl').innerText()).toContain('2026-01-20 13:15:00');
    expect(await section.getByRole('row').nth(1).innerText()).toContain('Post');
    expect(await page.getByRole('alert').innerText()).toBe('The depot does not answer');
    await page.screenshot({ path: `${SHOTS}/plugins.png`, fullPage: true });
    parcels = 731;
    await section.getByText('731').waitFor();
    expect(complaints).toEqual([]);
  });
});
