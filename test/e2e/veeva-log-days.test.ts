import { expect, it } from 'vitest';

import { Temporal, every, hours, pipeline } from '#framework';
import { listRecords } from '#framework/operate';
import { CONNECTIONS, veevaToDuckDb } from '#tasks/veeva-duckdb';
import { logStart } from '#tasks/veeva-redshift';

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
