import { expect, it } from 'vitest';

import { Temporal, every, hours, pipeline } from '#framework';
import { type RecordFilter, listRecords, operations, verbTools } from '#framework/operate';
import { CONNECTIONS, veevaToDuckDb } from '#tasks/veeva-duckdb';
import { logStart } from '#tasks/veeva-redshift';

import { gaps } from '../../tasks/veeva-redshift/verbs.ts';
import { eventually } from '../support/engine.ts';
import { openVeevaDuckDb } from '../support/veeva-duckdb.ts';

const ZONE = 'America/Los_Angeles';

const logs = pipeline('veeva_duckdb_log', {
  schedule: every(`1 day in ${ZONE}`, { lag: '1h', catchUp: 'all', order: 'strict', overlap: 'serial' }),
  firstStart: logStart,
  connections: CONNECTIONS,
  ports: veevaToDuckDb('log'),
});

it.each([
  ['forward', '2026-03-07T08:00Z', 23],
  ['back', '2026-10-31T07:00Z', 25],
])(
  'loads the audit logs of each Vault-local day, also of the one on which clocks go %s, from manifests without types',
  async (_direction, enabled, length) => {
    const enabledAt = Temporal.Instant.from(enabled);
    const changed = enabledAt.toZonedDateTimeISO(ZONE).add({ days: 2 }).startOfDay().toInstant();
    const { veeva, windrow, loaded, differences, close } = await openVeevaDuckDb([logs], {
      enabledAt,
      zone: ZONE,
      // All three days are listed at once, so that the test looks once.
      dailyRetention: hours(96),
      objects: 2,
      rows: 60,
      changesPerWindow: 1,
      faults: [{ kind: 'manifest_without_type' }],
    });
    try {
      veeva.clock.moveTo(changed.add({ minutes: 61 }));
      await loaded(logs.id, 3);
      const records = await listRecords(windrow.store.database, { pipelineId: logs.id, limit: 9 });
      expect(records.map(({ window }) => window.start.until(window.end).total('hours'))).toEqual([length, 24, 24]);
      expect(records[0]?.window.end).toEqual(changed);
      expect(await differences(changed, (extract) => extract.startsWith('Log.'))).toEqual([]);
    } finally {
      await close();
    }
  },
);

it('names a log that Vault lists no more, and goes on behind it once a person gives it up', async () => {
  const enabledAt = Temporal.Instant.from('2026-03-02T08:00Z');
  const { veeva, windrow, loaded, close } = await openVeevaDuckDb([logs], {
    enabledAt,
    zone: ZONE,
    objects: 2,
    rows: 60,
    changesPerWindow: 1,
  });
  try {
    veeva.clock.moveTo(enabledAt.add({ minutes: 61 }));
    await loaded(logs.id, 1);
    // Nobody looks for longer than Vault lists its logs: two days.
    const lost = enabledAt.add({ hours: 24 });
    veeva.clock.moveTo(enabledAt.add({ hours: 74 }));
    const records = (filter: RecordFilter) => listRecords(windrow.store.database, filter);
    const failed = await eventually('the window to fail', async () => {
      const [record] = await records({ pipelineId: logs.id, status: 'FAILED', limit: 1 });
      return record;
    });
    expect(failed).toMatchObject({ window: { end: lost }, error: { code: 'E_VAULT_FILE_EXPIRED' } });

    const answer = await gaps(verbTools(windrow), { kind: 'log', pipeline: logs.id });
    const remedy = `export the audit trail of that day in Vault, then windrow records skip ${failed.id} --reason TEXT`;
    expect(answer).toMatchObject({ exit: 'failed', json: [{ kind: 'expired', recordId: failed.id, remedy }] });

    expect(await operations(windrow).skipRecord(failed.id, 'exported by hand')).toMatchObject({ kind: 'skipped' });
    await eventually('both later days', async () => {
      const done = await records({ pipelineId: logs.id, status: 'COMPLETED', limit: 9 });
      return done.length === 4 ? done : undefined;
    });
  } finally {
    await close();
  }
});
