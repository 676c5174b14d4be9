import { pluginDatabase } from '#framework/operate';
import { assetCatalog, showAsset, showAutomation } from '#framework/assets';
import { afterAll, beforeAll, expect, it } from 'vitest';

import { showText } from '../../framework/plugins/assets/cli/text.ts';
import { type AssetInstallation, openAssetInstallation } from '../support/asset-installation.ts';
import { eventually } from '../support/engine.ts';

let shown: AssetInstallation;
beforeAll(async () => {
  shown = await openAssetInstallation();
});
afterAll(() => shown.close());

/** What `windrow assets show` prints, once the plugin has evaluated. */
async function show(key: string): Promise<string> {
  const database = pluginDatabase(shown.windrow.store.database, 'assets');
  return eventually(`freshness or an automation of ${key}`, async () => {
    const detail = await showAsset(assetCatalog(database), key, shown.windrow.clock.now());
    const automation = (await showAutomation(database, key)) ?? null;
    const isEvaluated = detail?.freshness != null || (automation?.evaluations.length ?? 0) > 0;
    return detail !== undefined && isEvaluated ? showText(detail, { bar: null, automation }) : undefined;
  });
}

it('tells on the command line whether an asset is fresh, and why', async () => {
  expect(await show('raw/orders')).toMatch(/freshness +at most 2h old: overdue\. Its newest data is of /);
});

it('tells on the command line why an automation asks for nothing, as a tree', async () => {
  const text = await show('marts/total');
  expect(text).toMatch(/automation +when its parents were made anew, evaluated at 20/);
  expect(text).toMatch(/ why +\n {4}no +It is not asked for\.\n {6}/);
});
