import { assetDag, defineAssets, multiAsset } from '#framework/assets';
import { testRun } from '#framework/testing';
import { expect, it } from 'vitest';

it('makes an asset whose name is a word of an outcome, as any other', async () => {
  const both = multiAsset('split', { assets: { reason: {}, other: {} } }, () => ({
    reason: { metadata: { rows: 3 } },
    other: {},
  }));
  const split = assetDag('split', { assets: [both] });
  const { plugin } = defineAssets({ dags: [split] });
  const run = await testRun(split, { now: '2026-01-21T00:00Z', plugins: [plugin] });

  expect(run.tasks['split']?.failure?.message).toBeUndefined();
  const notes = run.tasks['split']?.notes.map(({ facts }) => facts);
  expect(notes).toEqual(
    expect.arrayContaining([
      expect.objectContaining({ kind: 'materialization', asset: 'reason' }),
      expect.objectContaining({ kind: 'materialization', asset: 'other' }),
    ]),
  );
});
