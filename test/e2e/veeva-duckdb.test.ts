import { expect, it } from 'vitest';

import { verbTools } from '#framework/operate';

import { veevaDuckDbFull, veevaDuckDbIncremental } from '../../dags/veeva-duckdb.ts';
import { quarantine } from '../../tasks/veeva-redshift/quarantine-verb.ts';
import { reconcile } from '../../tasks/veeva-redshift/reconcile-verb.ts';
import { openVeevaDuckDb } from '../support/veeva-duckdb.ts';
import { ENABLED_AT, windowEnd } from '../support/veeva-installation.ts';

it('loads a Full and its incremental files into a DuckDB file, value for value', async () => {
  const vault = { objects: 2, rows: 60, changesPerWindow: 10 };
  const { veeva, windrow, trigger, loaded, differences, close } = await openVeevaDuckDb(
    [veevaDuckDbFull, veevaDuckDbIncremental],
    vault,
  );
  try {
    await trigger('veeva_duckdb_full');
    await loaded('veeva_duckdb_full', 1);
    expect(await reconcile(verbTools(windrow), {})).toMatchObject({
      exit: 'ok',
      json: { verdict: 'nothing_to_compare', fullEnd: ENABLED_AT.toString() },
    });
    // Without a setting of Redshift the question would fail.
    expect(await quarantine(verbTools(windrow), {})).toMatchObject({ exit: 'ok', json: [] });
    veeva.publish(3);
    await loaded('veeva_duckdb_incremental', 3);
    expect(await differences(windowEnd(3), (extract) => !extract.startsWith('Log.'))).toEqual([]);
  } finally {
    await close();
  }
});
