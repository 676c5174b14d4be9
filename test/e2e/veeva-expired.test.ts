import { afterAll, beforeAll, expect, it } from 'vitest';

import { Temporal } from '#framework';
import { operations, verbTools } from '#framework/operate';

import { gaps } from '../../tasks/veeva-redshift/verbs.ts';
import { eventually } from '../support/engine.ts';
import { ENABLED_AT, type VeevaInstallation, fileOf, loadFull, openVeeva } from '../support/veeva-installation.ts';

let veeva: VeevaInstallation;

beforeAll(async () => {
  veeva = await openVeeva({
    vault: { objects: 2, rows: 60, changesPerWindow: 4, logRows: 1, dailyFulls: true, schemaChanges: false },
  });
  await loadFull(veeva);
});
afterAll(() => veeva.close());

const EXPIRED = expect.objectContaining({
  kind: 'expired',
  window: { start: '2026-03-02T08:15:00Z', end: '2026-03-02T08:30:00Z' },
});

/** The number of the window that ends then. */
function windowAt(moment: string): number {
  return ENABLED_AT.until(moment).total('minutes') / 15;
}

it('goes on by itself behind a new Full where Vault never publishes a file', async () => {
  const { windrow, clock, ended, find, completed, differences } = veeva;
  veeva.publish(1);
  await completed(1);

  veeva.sandbox.vault.faults.add({ kind: 'error_item', file: fileOf(2), nextRetry: '2026-03-02T09:00Z' });
  veeva.publish(2);
  await eventually('the window to wait', async () => {
    const text = `select reason from task_instance where state = 'deferred' and reason like '%${fileOf(2)}%'`;
    return (await windrow.store.database.run({ text }))[0];
  });
  // Nobody looks for longer than Vault lists its files: ten days.
  clock.moveTo(Temporal.Instant.from('2026-03-12T08:46Z'));
  const lost = await ended(2);
  expect(lost).toMatchObject({ pipelineStatus: 'FAILED', error: { code: 'E_VAULT_FILE_EXPIRED' } });
  const answer = await gaps(verbTools(windrow), { kind: 'incremental' });
  expect(answer).toMatchObject({ exit: 'failed', json: expect.arrayContaining([EXPIRED]) });
  expect(answer.text).toContain('windrow dags trigger veeva_full');
  await windrow.advance('veeva_incremental');
  expect(await find(3)).toMatchObject({ pipelineStatus: 'PENDING', dagRunId: undefined });

  clock.moveTo(Temporal.Instant.from('2026-03-13T01:01Z'));
  const newest = windowAt('2026-03-13T00:45Z');
  await eventually('the newest window', () => find(newest));
  const full = await operations(windrow).triggerDag('veeva_full');
  expect(full).toMatchObject({ kind: 'created', window: { end: Temporal.Instant.from('2026-03-13T00:00Z') } });
  await completed(newest);

  expect(await find(2)).toMatchObject({
    pipelineStatus: 'COMPLETED',
    phaseCompleted: undefined,
    audit: { details: { completed: expect.stringMatching(/^covered by record \d+ of veeva_full$/) } },
  });
  expect(await find(windowAt('2026-03-13T00:15Z'))).toMatchObject({ phaseCompleted: 'AUDIT' });
  expect(await differences(newest)).toEqual([]);
});
