import { describe, expect, it } from 'vitest';

import { openAssetInstallation, partitionOf } from '../support/asset-installation.ts';
import { pagesOf } from '../support/dashboard-pages.ts';

const web = pagesOf(() => openAssetInstallation());

/** The colours of the lines of plots. */
const LINES: Readonly<Record<string, string>> = { Dark: 'rgb(124, 203, 158)', Light: 'rgb(31, 107, 70)' };

/** In the page: the colour that the line of the first plot should have, and whether its canvas shows it. */
const LINE = `(() => {
  const canvas = document.querySelector('figure canvas');
  const line = getComputedStyle(canvas.closest('.uplot').parentElement).color;
  const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
  const drawn = Array.from({ length: data.length / 4 }, (_, at) => 'rgb(' + data.slice(4 * at, 4 * at + 3).join(', ') + ')');
  return [line, drawn.includes(line)];
})()`;

describe('the page of all assets', () => {
  it('lists assets below their groups, each with how it stands, and finds them by a part of the key', async () => {
    const { page } = web;
    await web.open('/assets');
    const list = page.getByRole('list', { name: 'Assets', exact: true });
    await list.getByRole('button', { name: 'marts 4 assets' }).waitFor();
    const rowOf = (key: string) =>
      list.getByRole('listitem').filter({ has: page.getByRole('link', { name: key, exact: true }) });
    const orders = rowOf('raw/orders');
    await expect.poll(() => orders.innerText()).toContain('1 of 2 checks failed');
    await expect.poll(() => rowOf('marts/regions').innerText()).toContain('failed');
    await web.looks('web-assets');

    await page.getByLabel('Search keys').fill('REG');
    await orders.waitFor({ state: 'detached' });
    await expect.poll(() => list.getByRole('link').count()).toBe(1);
    await list.getByRole('link', { name: 'marts/regions', exact: true }).waitFor();
    expect(page.url()).toContain('search=REG');
  });

  it('says at its place what is wrong with a selection, and takes the next one', async () => {
    const { page } = web;
    await web.open('/assets');
    const field = page.getByLabel('Select', { exact: true });
    await field.fill('group:marts and colour:red');
    await field.press('Enter');
    const mistake = page.getByRole('alert');
    await mistake.getByText('assets have no "colour"').waitFor();
    await expect.poll(() => mistake.locator('mark').innerText()).toBe('colour:red');
    await expect.poll(() => field.getAttribute('aria-invalid')).toBe('true');
    await web.looks('web-assets-mistake');

    await field.fill('+marts/report');
    await field.press('Enter');
    await mistake.waitFor({ state: 'detached' });
    const list = page.getByRole('list', { name: 'Assets', exact: true });
    for (const key of ['raw/orders', 'marts/report', 'shop/database']) {
      await list.getByRole('link', { name: key, exact: true }).waitFor();
    }
    await expect.poll(() => list.getByRole('link').count()).toBe(3);
  });

  it('is walked by the keys: groups close, rows follow the arrows, Enter opens an asset', async () => {
    const { page } = web;
    await web.open('/assets?select=group:marts');
    const group = page.getByRole('button', { name: 'marts 4 assets' });
    await group.focus();
    await page.keyboard.press('Enter');
    await expect.poll(() => group.getAttribute('aria-expanded')).toBe('false');
    await expect.poll(() => page.getByRole('link', { name: 'marts/report' }).count()).toBe(0);
    await page.keyboard.press('Enter');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'marts/report', level: 1 }).waitFor();
    expect(new URL(page.url()).pathname).toBe('/assets/marts/report');
  });

  it('shows what a dag makes, from the page of the dag and back', async () => {
    const { page } = web;
    await web.open('/dags/shop');
    await page.getByText('Makes assets').locator('..').getByRole('link', { name: '3', exact: true }).click();
    await page.getByText('3 assets', { exact: true }).first().waitFor();
    await page.getByRole('link', { name: 'raw/orders', exact: true }).click();
    await page.getByRole('link', { name: 'shop', exact: true }).click();
    await page.getByRole('heading', { name: 'shop', level: 1 }).waitFor();
    expect(new URL(page.url()).pathname).toBe('/dags/shop');
  });

  it('shows as a graph what is made from what, and the neighbours of a selection', async () => {
    const { page } = web;
    await web.open('/assets');
    await page.getByRole('link', { name: 'Lineage' }).click();
    const graph = page.getByRole('group', { name: 'Lineage of the assets' });
    await graph.getByText('raw/orders').waitFor();
    await web.looks('web-assets-lineage');
    await web.open('/assets?view=lineage&select=marts/report');
    await graph.getByText('marts/report').waitFor();
    await expect.poll(() => graph.getByText('raw/orders').count()).toBe(0);
    await page.getByLabel('Show neighbours').check();
    await graph.getByText('raw/orders').click();
    await page.getByRole('link', { name: 'Open the asset' }).click();
    await page.getByRole('heading', { name: 'raw/orders', level: 1 }).waitFor();
  });
});

describe('the page of an asset', () => {
  it('makes a partition after a look at what would run, and shows it live', async () => {
    const { page } = web;
    await web.open('/assets/raw/orders?view=partitions');
    const counts = page.getByRole('list', { name: 'Partitions by state' });
    await counts.getByText('2 materialized').waitFor();
    await page.getByRole('button', { name: 'Materialize …' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Partition', { exact: true }).fill('no window');
    await dialog.getByRole('alert').waitFor();
    await expect.poll(() => dialog.getByRole('button', { name: 'Materialize' }).isDisabled()).toBe(true);
    await dialog.getByLabel('Partition', { exact: true }).fill(partitionOf(4));
    await dialog.getByText('A run of shop makes it.').waitFor();
    await expect
      .poll(() => dialog.innerText())
      .toContain(`windrow assets materialize raw/orders --partition '${partitionOf(4)}'`);
    await web.picture('web-asset-materialize');
    await dialog.getByRole('button', { name: 'Materialize' }).click();
    const run = page.getByRole('status', { name: 'The run that was started' });
    await run.getByText('success').waitFor();
    await counts.getByText('3 materialized').waitFor();
    await web.open(`/assets/raw/orders?view=partitions&partition=${partitionOf(4)}`);
    await page
      .getByRole('region', { name: `Partition ${partitionOf(4)}` })
      .getByText('materialized')
      .first()
      .waitFor();
    await web.looks('web-asset-partitions');
  });

  it('changes by itself when somebody else makes the asset', async () => {
    const { page, shown } = web;
    await web.open('/assets/marts/report');
    const facts = page.locator('main dl').first();
    await facts.getByText(partitionOf(1)).waitFor();
    await shown.sell(5);
    await facts.getByText(partitionOf(5)).waitFor();
    const counts = page.getByRole('list', { name: 'Partitions by state' });
    await expect.poll(() => counts.innerText()).toContain('3 materialized');
  });

  it('tells of an asset what it is, what it counted, and what was told with it', async () => {
    const { page } = web;
    await web.open('/assets/raw/orders');
    await page.getByRole('region', { name: 'Last materialization' }).getByText('share').waitFor();
    const plot = page.getByRole('figure', { name: 'rows' });
    const slider = plot.getByRole('slider');
    await slider.focus();
    await slider.press('Home');
    await expect.poll(() => slider.getAttribute('aria-valuetext')).toBe(`${partitionOf(0)}: 3`);
    await plot.getByRole('button', { name: 'Table' }).click();
    await plot.getByRole('link', { name: partitionOf(1) }).waitFor();
    await web.looks('web-asset');
    for (const view of ['Events', 'Lineage', 'Automation']) {
      await page.getByRole('link', { name: view, exact: true }).click();
      await page.waitForURL(`**?view=${view.toLowerCase()}`);
    }
    await page.getByText('Nothing makes it by itself').waitFor();
  });

  it('draws its plots anew in the colours of another theme', async () => {
    const { page } = web;
    await web.open('/assets/raw/orders');
    await page.locator('figure canvas').first().waitFor();
    for (const theme of ['Dark', 'Light']) {
      await page.getByRole('button', { name: theme, exact: true }).click();
      await expect.poll(() => page.evaluate(LINE)).toEqual([LINES[theme], true]);
    }
    await page.getByRole('button', { name: 'As the system' }).click();
  });

  it('shows why an automation asks for nothing', async () => {
    const { page } = web;
    await web.open('/assets/marts/report?view=automation');
    const why = page.getByRole('region', { name: 'Why', exact: true });
    await expect.poll(() => why.innerText()).toContain('Asked for nothing');
    await web.looks('web-asset-automation');
  });

  it('says on both pages why a failed blocking check kept an asset from being made', async () => {
    const { page, shown } = web;
    await shown.sell(2);
    await web.open('/assets/raw/orders');
    const standing = page.getByRole('region', { name: 'How it stands' });
    await standing.getByText(`failed for ${partitionOf(2)}: Sold in ${partitionOf(2)}.`).waitFor();
    await web.looks('web-asset-check-failed');
    await standing.getByRole('link', { name: 'Check filled' }).click();
    const results = page.getByRole('list', { name: 'Events' });
    await results.getByText(`Sold in ${partitionOf(2)}`).waitFor();
    await web.looks('web-asset-checks');

    await web.open('/assets/marts/report');
    await expect.poll(() => standing.innerText()).toContain(`its check filled failed for ${partitionOf(2)}`);
    await standing.getByRole('link', { name: 'raw/orders' }).click();
    await page.getByRole('heading', { name: 'raw/orders', level: 1 }).waitFor();
  });

  it('runs only the checks when asked to', async () => {
    const { page } = web;
    await web.open('/assets/raw/orders?view=checks');
    await page.getByRole('button', { name: 'Run checks …' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Partition', { exact: true }).fill(partitionOf(1));
    await dialog.getByText('does its checks and makes nothing').waitFor();
    await dialog.getByRole('button', { name: 'Run checks' }).click();
    const run = page.getByRole('status', { name: 'The run that was started' });
    await run.getByText('success').waitFor();
    await expect.poll(() => page.getByRole('list', { name: 'Checks' }).innerText()).toContain(partitionOf(1));
  });

  it('says so where there is no such asset', async () => {
    const { page } = web;
    await web.open('/assets/raw/nothing');
    await expect.poll(() => page.getByRole('alert').innerText()).toContain('There is no asset raw/nothing.');
  });
});
