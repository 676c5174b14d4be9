import { Temporal, definePlugin } from '#framework';
import { describe, expect, it } from 'vitest';

import { dashboardPages } from '../support/dashboard-pages.ts';

let parcels = 1;

const depot = definePlugin({
  name: 'depot',
  version: '1.0.0',
  sections: [
    {
      id: 'parcels',
      title: 'Parcels',
      load: async () => [
        { kind: 'text', text: 'Read from the depot <now>.' },
        {
          kind: 'facts',
          facts: { Depot: 'Rotterdam', Open: true, Since: Temporal.Instant.from('2026-01-20T13:15Z'), Closed: null },
        },
        {
          kind: 'table',
          rows: [
            { Carrier: 'Post', Parcels: parcels },
            { Carrier: null, Parcels: 2 },
          ],
        },
        { kind: 'table', rows: [] },
      ],
    },
    { id: 'broken', title: 'Broken', load: () => Promise.reject(new Error('The depot does not answer')) },
  ],
});

const pages = dashboardPages({ plugins: [depot] });

describe('the page of plugins', () => {
  it('shows what they show, and beside it the error of one that cannot', async () => {
    await pages.open('/plugins');
    const section = pages.page.getByRole('region', { name: 'Parcels' });
    await section.getByText('Read from the depot <now>.').waitFor();
    await expect.poll(() => section.locator('dl').innerText()).toContain('Rotterdam');
    await expect.poll(() => section.locator('dl time').getAttribute('datetime')).toBe('2026-01-20T13:15:00Z');
    await expect.poll(() => section.getByRole('row').nth(1).innerText()).toContain('Post');
    await expect.poll(() => pages.page.getByRole('alert').innerText()).toBe('The depot does not answer');
    await pages.looks('plugins');
  });

  it('is kept fresh, though the engine tells nothing of plugins', async () => {
    await pages.open('/plugins');
    const row = pages.page.getByRole('table', { name: 'Parcels' }).getByRole('row', { name: 'Post' });
    await row.waitFor();
    parcels = 731;
    await expect.poll(() => row.innerText()).toContain('731');
  });
});
