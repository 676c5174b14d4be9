import { RemoteFailure, skip } from '#framework';
import { asset, assetDag, check, defineAssets, multiAsset, names } from '#framework/assets';
import { testRun } from '#framework/testing';
import { describe, expect, it } from 'vitest';

import { failureOf } from '../../support/failure-of.ts';

type Made = ReturnType<typeof assetDag>;

/** What the tries of a run told of assets, in short. */
async function told(dag: Made, params: Readonly<Record<string, string[]>> = {}) {
  const { plugin } = defineAssets({ dags: [dag] });
  const run = await testRun(dag, { now: '2026-01-21T00:00Z', plugins: [plugin], params });
  const notes = Object.values(run.tasks).flatMap((task) => task.notes.map(({ facts }) => facts));
  const of = (kind: string) => notes.filter((note) => Object(note).kind === kind);
  return { run, of };
}

describe('the tasks of assets', () => {
  it('keep the partitions that were made where others had nothing to make', async () => {
    const sales = asset('sales', { partitions: names('eu', 'us', 'asia') }, ({ partition }) =>
      partition === 'us' ? skip('no sales') : { metadata: { rows: 3 } },
    );
    const { run, of } = await told(assetDag('sell', { assets: [sales] }));

    expect(run.tasks['sales']).toMatchObject({
      state: 'success',
      output: { made: ['sales'], partitions: ['eu', 'asia'] },
    });
    expect(of('materialization')).toMatchObject([{ partition: 'eu' }, { partition: 'asia' }]);
  });

  it('are skipped where no partition had anything to make', async () => {
    const sales = asset('sales', { partitions: names('eu', 'us') }, () => skip('no sales'));
    expect((await told(assetDag('sell', { assets: [sales] }))).run.tasks['sales']?.state).toBe('skipped');
  });

  it('keep all that one function has made, whichever of its assets was asked for, and check it', async () => {
    const fine = check('fine', {}, () => ({ passed: true }));
    const both = multiAsset('split', { assets: { left: {}, right: { checks: [fine] } } }, () => ({}));
    const { of } = await told(assetDag('many', { assets: [both] }), { only: ['left'] });

    expect(of('materialization')).toMatchObject([{ asset: 'left' }, { asset: 'right' }]);
    expect(of('check')).toMatchObject([{ asset: 'right', passed: true }]);
  });

  it('are what does checks, so that those of an asset without one are refused', () => {
    const fine = check('fine', {}, () => ({ passed: true }));
    expect(failureOf(() => asset('redshift/product', { checks: [fine] })).code).toBe('E_ASSET_CHECK');
  });

  it('tell of a check that could not be done, so that its last verdict does not stand for this one', async () => {
    const lost = check('counted', { severity: 'warn' }, () => {
      throw new RemoteFailure('E_TEST', 'The warehouse does not answer.');
    });
    const { run, of } = await told(assetDag('shop', { assets: [asset('orders', { checks: [lost] }, () => {})] }));

    expect(run.tasks['check_orders_counted']?.state).toBe('failed');
    expect(of('check')).toMatchObject([
      { passed: false, severity: 'warn', description: 'It could not be done: The warehouse does not answer.' },
    ]);
  });
});
