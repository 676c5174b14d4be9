import { expect, it } from 'vitest';

import { veevaDuckDbFull, veevaDuckDbIncremental } from '../../dags/veeva-duckdb.ts';
import { openVeevaDuckDb } from '../support/veeva-duckdb.ts';
import { windowEnd } from '../support/veeva-installation.ts';

it('loads a Full and its incremental files into a DuckDB file, value for value', async () => {
  const vault = { objects: 2, rows: 60, changesPerWindow: 10 };
  const { veeva, trigger, loaded, differences, close } = await openVeevaDuckDb(
    [veevaDuckDbFull, veevaDuckDbIncremental],
    vault,
  );
  try {
    await trigger('veeva_duckdb_full');
    await loaded('veeva_duckdb_full', 1);
    veeva.publish(3);
    await loaded('veeva_duckdb_incremental', 3);
    expect(await differences(windowEnd(3), (extract) => !extract.startsWith('Log.'))).toEqual([]);
  } finally {
    await close();
  }
}, 240_000);
