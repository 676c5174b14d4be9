import { describe, expect, it } from 'vitest';

import { barriers } from '../support/accessibility.ts';
import { failWindow, runShipments, runWindow } from '../support/dashboard-installation.ts';
import { dashboardPages } from '../support/dashboard-pages.ts';
import { eventually } from '../support/engine.ts';

let failed: number;
let run: number;
const web = dashboardPages({
  prepare: async (shown) => {
    await runWindow(shown.windrow, 0);
    run = await runShipments(shown.windrow);
    failed = await failWindow(shown, 1);
  },
});

describe('the first page', () => {
  it('tells what failed and why, with the command that runs it again, and what the last day did', async () => {
    await web.open('/');
    const list = web.page.getByRole('region', { name: 'Failed' });
    const text = await list.innerText();
    expect(text).toContain('E_TOO_LONG Column "note" of row 7 is too long');
    expect(text).toContain(`windrow records rerun ${failed}`);
    await expect
      .poll(() => list.getByRole('link', { name: `Record ${failed}` }).getAttribute('href'))
      .toBe(`/records/${failed}`);
    const hours = web.page.getByRole('list', { name: 'Runs by hour' }).getByRole('listitem');
    const titles = await hours.evaluateAll((all) => all.map((hour) => hour.getAttribute('title') ?? ''));
    // An hour may have ended between two of the runs.
    expect([sum(titles, 'failed'), sum(titles, 'success')]).toEqual([1, 2]);
    await expect
      .poll(() => web.page.getByRole('region', { name: 'Late' }).innerText())
      .toContain('Every window is in time');
    const latest = web.page.getByRole('region', { name: 'Completed windows' }).getByRole('listitem');
    await expect.poll(() => latest.count()).toBe(1);
    await expect.poll(() => latest.first().innerText()).toMatch(/^orders\s+2026-01-2.*\s+\d+ rows\s+pass/i);
  });

  it('has no barriers, in light and dark, wide and narrow', async () => {
    await web.open('/');
    await web.page.getByRole('region', { name: 'Failed' }).waitFor();
    expect(await barriers(web.page)).toEqual([]);
    await web.picture('web-home');

    await web.page.emulateMedia({ colorScheme: 'dark' });
    await web.page.setViewportSize({ width: 400, height: 800 });
    expect(await barriers(web.page)).toEqual([]);
    const width: number = await web.page.evaluate('document.documentElement.scrollWidth');
    expect(width).toBe(400);
    await web.picture('web-home-narrow-dark');
  });

  it('shows times in UTC where that is chosen, and in UTC on hover otherwise', async () => {
    await web.open('/');
    const window = web.page.getByRole('region', { name: 'Failed' }).getByTitle('2026-01-20 13:30 – 13:45 UTC');
    await web.page.getByRole('button', { name: 'UTC' }).click();
    await expect.poll(() => window.innerText()).toBe('2026-01-20 13:30 – 13:45');
  });
});

describe('the dags', () => {
  it('show how their last runs went and what failed, are found by name, and have no barriers', async () => {
    await web.open('/dags');
    const row = web.page.getByRole('row', { name: /^orders/ });
    await row.waitFor();
    const last = row.getByRole('list', { name: 'Last runs of orders' }).getByRole('link');
    await expect.poll(() => last.count()).toBe(2);
    await expect
      .poll(() => row.getByRole('link', { name: '1', exact: true }).getAttribute('href'))
      .toContain('status=FAILED');
    expect(await barriers(web.page)).toEqual([]);
    await web.picture('web-dags');

    await web.page.getByRole('searchbox', { name: 'Search dags' }).fill('parcels');
    await row.waitFor({ state: 'detached' });
    await expect.poll(() => web.page.getByRole('row', { name: /^shipments/ }).innerText()).toContain('success');
    await expect
      .poll(() => web.page.getByRole('link', { name: `Run ${run}` }).getAttribute('href'))
      .toBe(`/runs/${run}`);
  });

  it('lead from the failed windows of a dag to those alone', async () => {
    await web.open('/dags');
    await web.page
      .getByRole('row', { name: /^orders/ })
      .getByRole('link', { name: '1', exact: true })
      .click();
    await web.page.waitForURL('**/records?pipeline=orders&status=FAILED');
    const pipeline = web.page.getByRole('combobox', { name: 'Pipeline' });
    await expect.poll(() => pipeline.inputValue(), { timeout: 60_000 }).toBe('orders');
  });

  it('are walked by arrow keys and sorted by their headers', async () => {
    await web.open('/dags');
    await web.page.getByRole('row', { name: /^orders/ }).focus();
    await web.page.keyboard.press('ArrowDown');
    await expect.poll(() => web.page.locator('tr:focus').innerText()).toContain('shipments');

    await web.page.getByRole('button', { name: 'Dag', exact: true }).click();
    await web.page.getByRole('button', { name: 'Dag', exact: true }).click();
    await expect.poll(() => web.page.getByRole('row').nth(1).innerText()).toContain('shipments');
  });

  it('are paused and go on by a switch', async () => {
    await web.open('/dags');
    const active = web.page.getByRole('switch', { name: 'orders is active' });
    await expect.poll(() => active.getAttribute('aria-checked')).toBe('true');
    await active.press('Space');
    await eventually('the pause', async () => (await isPaused()) || undefined);
    await web.page.getByRole('switch', { name: 'orders is active', checked: false, disabled: false }).waitFor();

    await active.press('Space');
    await eventually('the end of the pause', async () => !(await isPaused()) || undefined);
    await web.open('/');
    await web.page
      .getByRole('region', { name: 'What happened' })
      .getByText(/^\w+: dag paused$/)
      .waitFor();
  });
});

describe('the switch of a dag', () => {
  it('shows what was asked for while everything else on the page is still asked anew', async () => {
    await web.open('/dags');
    const active = web.page.getByRole('switch', { name: 'orders is active' });
    await expect.poll(() => active.getAttribute('aria-checked')).toBe('true');
    const held = Promise.withResolvers<void>();
    await web.page.route('**/api/v1/session', async (route) => {
      await held.promise;
      await route.continue();
    });
    await active.press('Space');
    await expect.poll(() => active.getAttribute('title')).toBe('windrow dags unpause orders');
    expect(await active.getAttribute('aria-checked')).toBe('false');
    held.resolve();
    await web.page.getByRole('switch', { name: 'orders is active', checked: false, disabled: false }).press('Space');
    await eventually('the end of the pause', async () => !(await isPaused()) || undefined);
  });
});

describe('a late window', () => {
  it('says on demand why it does not run', async () => {
    // As it stands before a scheduler has begun it.
    const text = `update pipeline_records set pipeline_status = 'PENDING' where id = $1`;
    await web.shown.windrow.store.database.run({ text }, [failed]);

    await web.open('/');
    const late = web.page.getByRole('region', { name: 'Late' });
    await late.getByRole('button', { name: /^Why does record/ }).click();
    await late.getByRole('region', { name: 'Why is it not running?' }).getByRole('listitem').first().waitFor();
    expect(await barriers(web.page)).toEqual([]);
  });
});

/** Of the numbers before a word. */
function sum(texts: readonly string[], word: string): number {
  const numbers = texts.flatMap((text) => [...text.matchAll(new RegExp(String.raw`(\d+) ${word}\b`, 'g'))]);
  return numbers.reduce((all, [, number]) => all + Number(number), 0);
}

async function isPaused(): Promise<boolean> {
  const [row] = await web.shown.windrow.store.database.run({ text: `select paused from dag where id = 'orders'` });
  return row?.['paused'] === true;
}
