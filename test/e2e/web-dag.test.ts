import { describe, expect, it } from 'vitest';

import { barriers } from '../support/accessibility.ts';
import { failWindow, runWindow } from '../support/dashboard-installation.ts';
import { dashboardPages } from '../support/dashboard-pages.ts';

let failed: number;
const web = dashboardPages({
  prepare: async (shown) => {
    await runWindow(shown.windrow, 0);
    failed = await failWindow(shown, 1);
  },
});

describe('the grid of a dag', () => {
  it('is walked by keys, and tells of the chosen cell why it failed, at an address of its own', async () => {
    await web.open('/dags/orders');
    const cells = web.page.getByRole('grid', { name: 'Windows and tasks' });
    await cells.getByRole('button', { name: /^run, .* failed$/ }).focus();
    for (const key of ['ArrowDown', 'ArrowDown', 'ArrowDown', 'ArrowDown']) {
      const before = await web.page.locator('[data-place]:focus').getAttribute('data-place');
      await web.page.keyboard.press(key);
      await web.page.locator(`[data-place]:focus:not([data-place="${before}"])`).waitFor();
    }
    await expect
      .poll(() => web.page.locator('[data-place]:focus').getAttribute('aria-label'))
      .toMatch(/^stage_to_target, .* failed$/);
    await web.page.keyboard.press('Enter');

    const panel = web.page.getByRole('complementary', { name: 'Chosen cell' });
    await panel.getByText('too long for varchar(20)').waitFor();
    expect(
      await panel
        .getByRole('link', { name: String(failed), exact: true })
        .first()
        .getAttribute('href'),
    ).toBe(`/records/${failed}`);
    expect(web.page.url()).toContain(`?column=record-${failed}&task=stage_to_target`);
    expect(await barriers(web.page)).toEqual([]);
  });
});

describe('the views of a dag', () => {
  it.each([
    ['graph', 'Graph of the tasks'],
    ['timeline', 'Run 2'],
    ['calendar', '2026-01'],
    ['definition', '"store_and_validate"'],
  ])('%s has its own address and no barriers, in light and in dark', async (view, shownThere) => {
    await web.open(`/dags/orders/${view}`);
    await web.page.getByText(shownThere).or(web.page.getByLabel(shownThere)).first().waitFor();
    expect(await barriers(web.page)).toEqual([]);
    await web.page.emulateMedia({ colorScheme: 'dark' });
    expect(await barriers(web.page)).toEqual([]);
  });
});
