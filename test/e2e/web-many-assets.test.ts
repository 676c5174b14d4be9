import { asset } from '#framework/assets';
import { expect, it } from 'vitest';

import { openAssetInstallation } from '../support/asset-installation.ts';
import { pagesOf } from '../support/dashboard-pages.ts';

const GROUPS = ['vault', 'stage', 'redshift', 'dims', 'facts', 'finance', 'quality', 'sales', 'safety', 'reports'];
const TABLES = Array.from({ length: 200 }, (_, index) => `table_${String(index).padStart(3, '0')}__v`);

/** Ten groups of two hundred, each asset made from its namesake in the group before. */
const many = GROUPS.flatMap((group, depth) =>
  TABLES.map((table) => {
    const deps = depth === 0 ? [] : [`${GROUPS[depth - 1]}/veeva/${table}`];
    return asset(`${group}/veeva/${table}`, { group, deps, kinds: ['table'] });
  }),
);

/** One fact of each type. */
const described = asset('described/asset', {
  group: 'described',
  description: 'Tells everything of itself',
  metadata: {
    rows: 1_234_567,
    share: 0.123_456,
    size: { type: 'bytes', value: 98_234_567 },
    took: { type: 'duration', value: 185_000 },
    owner_note: 'plain <i>text</i>',
    about: { type: 'markdown', value: '# Loaded\n\n**Bold**, <b>markup</b>, [bad](javascript:alert(1))\n\n- one' },
    file: { type: 'path', value: 's3://bucket/veeva/product.csv' },
    site: { type: 'url', value: 'https://example.com/docs' },
    until: { type: 'timestamp', value: '2026-01-20T13:15:00Z' },
    settings: { type: 'json', value: { retries: 3, columns: ['id', 'name'] } },
    sample: { type: 'table', value: [{ id: '1', name: 'Aspirin' }, { id: '2' }] },
    columns: { type: 'schema', value: [{ name: 'id', type: 'varchar(18)', nullable: false }] },
  },
});

const web = pagesOf(() => openAssetInstallation([...many, described]));

it('lists two thousand assets with only those in sight in the page, and finds each of them', async () => {
  const { page } = web;
  await web.open('/assets');
  await page.getByText('2,007 assets').waitFor();
  await web.looks('web-many-assets');
  const list = page.getByRole('list', { name: 'Assets', exact: true });
  const items = list.getByRole('listitem');
  await expect.poll(() => items.count()).toBeLessThan(80);
  const last = list.getByRole('link', { name: 'shop/database', exact: true });
  await expect
    .poll(async () => {
      await page.evaluate('window.scrollTo(0, document.body.scrollHeight)');
      return last.count();
    })
    .toBe(1);
  await expect.poll(() => items.count()).toBeLessThan(80);

  await page.getByRole('navigation', { name: 'Groups' }).getByRole('link', { name: 'sales 200' }).click();
  await page.getByText('200 assets', { exact: true }).first().waitFor();
  await page.getByLabel('Search keys').fill('table_150');
  await list.getByRole('link', { name: 'sales/veeva/table_150__v', exact: true }).waitFor();
});

it('draws two thousand assets as their groups, opens a group, and shows an asset among its neighbours', async () => {
  const { page } = web;
  await web.open('/assets?view=lineage');
  const graph = page.getByRole('group', { name: 'Lineage of the assets' });
  const boxes = graph.locator('.react-flow__node');
  await graph.getByText('redshift', { exact: true }).waitFor();
  await expect.poll(() => boxes.count()).toBe(GROUPS.length + 4);
  await web.looks('web-many-lineage');
  await graph.getByText('redshift', { exact: true }).click();
  await page.waitForURL('**select=group%3Aredshift');
  await graph.getByText('table_000__v').waitFor();
  await web.picture('web-many-group');

  await web.open(`/assets/redshift/veeva/${TABLES[0]}?view=lineage`);
  await graph.getByText('redshift/').waitFor();
  await expect.poll(() => boxes.filter({ hasText: 'table_000__v' }).count()).toBe(5);
  await web.picture('web-many-around');
});

it('shows each fact of an asset as its type asks for, and markup only as text', async () => {
  const { page } = web;
  await web.open('/assets/described/asset');
  const facts = page.getByRole('region', { name: 'What the code says' });
  await facts.getByRole('heading', { name: 'Loaded' }).waitFor();
  const text = await facts.innerText();
  for (const said of [
    '1,234,567',
    '0.1235',
    '98 MB',
    '3 min 05 s',
    'plain <i>text</i>',
    '<b>markup</b>',
    '2026-01-21',
  ]) {
    expect(text).toContain(said);
  }
  const links = await facts.locator('a').evaluateAll((all) => all.map((link) => link.getAttribute('href')));
  expect(new Set(links)).toEqual(new Set(['', 'https://example.com/docs']));
  await expect
    .poll(() => facts.getByRole('table', { name: 'sample' }).getByRole('cell').allInnerTexts())
    .toEqual(['1', 'Aspirin', '2', '']);
  await expect.poll(() => facts.getByRole('table', { name: 'columns' }).innerText()).toContain('never');
  await web.looks('web-asset-metadata');
});
