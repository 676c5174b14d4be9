import { watchChanges } from '#framework/operate';
import { expect, it } from 'vitest';

import { openAssetInstallation } from '../support/asset-installation.ts';
import { eventually } from '../support/engine.ts';

it('tells that plugins have heard behind what they heard, so that assets are asked again when they are there', async () => {
  const shown = await openAssetInstallation();
  const kinds: string[] = [];
  const watching = watchChanges(shown.windrow, (changes) => kinds.push(...changes.map(({ kind }) => kind)));
  await eventually('the first look', async () => (kinds.length > 0 ? true : undefined));
  kinds.length = 0;
  await shown.sell(3);
  await eventually('the last word', async () =>
    kinds.lastIndexOf('plugin_heard') > kinds.lastIndexOf('task_ended') ? true : undefined,
  );
  expect(kinds).toContain('task_ended');
  await watching.close();
  await shown.close();
});

it('tells that the plugin has ticked, so that freshness and automation are shown without a run', async () => {
  const shown = await openAssetInstallation();
  const kinds: string[] = [];
  const watching = watchChanges(shown.windrow, (changes) => kinds.push(...changes.map(({ kind }) => kind)));
  await eventually('the first look', async () => (kinds.length > 0 ? true : undefined));
  // What was done before is told with the first looks; of a quiet installation only ticks are left.
  const told = await eventually('a look at nothing but a tick', async () =>
    kinds.length === 0
      ? undefined
      : [kinds.splice(0)].find(([kind, ...more]) => kind === 'plugin_heard' && more.length === 0),
  );
  expect(told).toEqual(['plugin_heard']);
  await watching.close();
  await shown.close();
});
