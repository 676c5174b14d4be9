import { planMaterialize } from '#framework/assets';
import { type Windrow, operations } from '#framework/operate';

import { accepted } from '../accepted.ts';
import { selecting } from '../assets/asset-desk.ts';
import { foundAsset } from '../assets/found-asset.ts';
import { type Endpoint, write } from '../endpoint.ts';
import { Problem } from '../problem.ts';
import { MaterializeBody, Materialized } from '../shapes/asset.ts';
import { AssetParams } from '../shapes/names.ts';

export const assetWriteEndpoints: readonly Endpoint[] = [
  starting('materialize', 'assets', 'Starts the run that makes an asset, or one partition of it'),
  starting('check', 'checks', 'Starts the run that only does the checks of an asset'),
];

function starting(verb: string, what: 'assets' | 'checks', summary: string): Endpoint {
  return write({
    path: `/assets/:key/${verb}`,
    summary,
    role: 'operator',
    params: AssetParams,
    body: MaterializeBody,
    answer: Materialized,
    run: async ({ windrow, actor, assets, params: { key }, body: { dryRun, partition } }) => {
      const { catalog, runs } = await foundAsset(assets, key);
      const asking = { select: `key:"${key}"`, what, now: windrow.clock.now() };
      const request = { ...asking, ...(partition === undefined ? {} : { partition }) };
      const [planned] = await selecting('body.partition', async () => planMaterialize(await catalog.graph(), request));
      if (planned === undefined) throw new Problem('E_REFUSED', `No dag makes ${key}.`);
      const { dagId, window, params } = planned;
      const asked = { ...(window && { window }), ...(params && { params }) };
      const done = { dryRun, key, partition: partition ?? null, dagId };
      if (dryRun) return { ...done, window: await previewed(windrow, dagId, asked), runId: null };
      const { runId } = accepted(await runs.start({ dagId, ...asked, by: actor }), { what: 'asset', id: key });
      return { ...done, window: window ?? null, runId };
    },
  });
}

type Trigger = Parameters<ReturnType<typeof operations>['previewTrigger']>[1];

async function previewed(windrow: Windrow, dagId: string, trigger: Trigger) {
  const { window } = accepted(await operations(windrow).previewTrigger(dagId, trigger), { what: 'dag', id: dagId });
  return window ?? null;
}
