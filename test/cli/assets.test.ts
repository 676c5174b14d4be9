import { join } from 'node:path';

import { afterEach, beforeEach, expect, it } from 'vitest';

import { FIXTURES, type Installation, openInstallationFolder, windrow, windrowJson } from './windrow.ts';

const FIRST = '2026-01-20T13:00Z';
let at: Installation;
beforeEach(async () => {
  at = await openInstallationFolder({ project: join(FIXTURES, 'project-with-assets.ts') });
});
afterEach(() => at.close());

it('lists and shows assets, also those that nothing has made yet', async () => {
  const list = await windrow(at, 'assets list --select kind:*');
  expect(list).toMatchObject({ code: 0, out: 'No asset is selected.\n' });

  const { json } = await windrowJson(at, 'assets list');
  expect(json).toMatchObject([
    { key: 'marts/report', last: null, unsynced: [{ kind: 'missing' }] },
    { key: 'raw/orders', definition: { group: 'shop', maker: { dagId: 'shop', taskId: 'raw_orders' } } },
    { key: 'shop/database', unsynced: [] },
  ]);
  const { out } = await windrow(at, 'assets show marts/report');
  expect(out).toMatch(/description +What was sold\n/);
  expect(out).toMatch(/made by +task marts_report of dag shop\n/);
  expect(out).toMatch(/freshness +at most 2h old: not evaluated yet\n/);
  expect(out).toMatch(/automation +when it is missing and its parents are there, never evaluated\n/);
  expect(out).toMatch(/partitions +0 materialized, 0 failed, \d+ missing\n/);
});

it('shows lineage in the selection language, and points at what it cannot read', async () => {
  expect((await windrow(at, 'assets lineage +raw/orders')).out).toBe('shop/database\nraw/orders <- shop/database\n');

  const { code, out } = await windrow(at, 'assets lineage colour:red');
  expect(code).not.toBe(0);
  expect(out).toContain('\n  colour:red\n  ^\n');
});

it('starts the run of a partition, and says how to follow it', async () => {
  const started = await windrow(at, `assets materialize raw/orders --partition ${FIRST}`);
  expect(started).toMatchObject({
    code: 0,
    out: 'shop: run 1 makes raw/orders. Follow it: windrow runs show 1\n',
  });
  const { json } = await windrowJson(at, 'runs show 1');
  expect(json).toMatchObject({ dagId: 'shop', kind: 'manual' });
});

it('refuses partitions and assets that are not, and what it does not make', async () => {
  expect((await windrow(at, 'assets materialize raw/orders --partition 2026-01-20T13:07Z')).out).toContain(
    'There is no partition',
  );
  expect((await windrow(at, 'assets materialize shop/database')).out).toContain('come from elsewhere');
  expect((await windrow(at, 'assets show none')).out).toContain('There is no asset "none"');
});

it('forgets what was made, when that is really asked for', async () => {
  const asked = await windrow(at, 'assets wipe raw/orders');
  expect(asked.code).not.toBe(0);
  expect(asked.out).toContain('This would forget 0 events and 0 results of checks of raw/orders. Repeat it with --yes');
  expect((await windrow(at, 'assets wipe raw/orders --dry-run')).out).toBe(
    'Would forget 0 events and 0 results of checks of raw/orders.\n',
  );
  expect((await windrow(at, 'assets wipe raw/orders --yes')).out).toBe(
    'Forgot 0 events and 0 results of checks of raw/orders.\n',
  );
});

it('refuses to forget an asset that there is not', async () => {
  const { code, out } = await windrow(at, 'assets wipe raw/order --yes');
  expect(code).not.toBe(0);
  expect(out).toContain('There is no asset "raw/order"');
});
