import { afterEach, expect, it } from 'vitest';

import type { DeletePolicy } from '#framework';

import { veevaDuckDbFull, veevaDuckDbIncremental } from '../../dags/veeva-duckdb.ts';
import { queryFile } from '../contract/target-ground.ts';
import { type DuckDbInstallation, openVeevaDuckDb } from '../support/veeva-duckdb.ts';
import { windowEnd } from '../support/veeva-installation.ts';

let installation: DuckDbInstallation | undefined;

afterEach(async () => {
  await installation?.close();
  installation = undefined;
});

/** A Full and three windows are loaded. Without schema changes a table can be compared with the Vault of any moment. */
async function openLoaded(deletes: DeletePolicy): Promise<DuckDbInstallation> {
  const vault = { objects: 2, rows: 60, changesPerWindow: 10, schemaChanges: false };
  const opened = await openVeevaDuckDb([veevaDuckDbFull, veevaDuckDbIncremental], vault, deletes);
  installation = opened;
  await opened.trigger('veeva_duckdb_full');
  await opened.loaded('veeva_duckdb_full', 1);
  opened.veeva.publish(3);
  await opened.loaded('veeva_duckdb_incremental', 3);
  return opened;
}

const isObject = (extract: string): boolean => !extract.startsWith('Log.');

it('keeps deleted rows with the end of the window that deleted them, beside live rows that equal the Vault', async () => {
  const { veeva, file, differences } = await openLoaded('soft');
  expect(await differences(windowEnd(3), isObject, '_deleted_at is null')).toEqual([]);
  const deleted = deletedRows(veeva.sandbox.vault, [0, 1, 2, 3]);
  expect(deleted.length).toBeGreaterThan(0);
  const tables = [...new Set(deleted.map((row) => row.split(' ')[0] ?? ''))];
  const marked = await Promise.all(
    tables.map(async (table) => {
      const rows = await queryFile(file, `select id, _deleted_at from "${table}" where _deleted_at is not null`);
      return rows.map(([id, at]) => `${table} ${id ?? ''} ${at ?? ''}`);
    }),
  );
  expect(marked.flat().toSorted()).toEqual(deleted.toSorted());
});

it('shows each table as the Vault was at the end of any window, where rows are versions', async () => {
  const { differences } = await openLoaded('history');
  expect(await differences(windowEnd(3), isObject, '_valid_to is null')).toEqual([]);
  for (const window of [0, 1, 2, 3]) {
    const at = `timestamp '${windowEnd(window).toString().replace('Z', '')}'`;
    const then = `_valid_from <= ${at} and (_valid_to is null or _valid_to > ${at})`;
    expect(await differences(windowEnd(window), isObject, then)).toEqual([]);
  }
});

/** Table, id and end of window of every row that the Vault held at the end of an earlier window and not of the last. */
function deletedRows(
  { truth }: DuckDbInstallation['veeva']['sandbox']['vault'],
  windows: readonly number[],
): readonly string[] {
  const gone = new Map<string, string>();
  let held = new Set<string>();
  for (const window of windows) {
    const seen = new Set<string>();
    for (const { table, key, columns, rows } of truth(windowEnd(window))) {
      if (key.join() !== 'id') continue;
      const place = columns.findIndex(({ name }) => name === 'id');
      for (const row of rows) seen.add(`${table} ${row[place] ?? ''}`);
    }
    const end = windowEnd(window).toString().replace('T', ' ').replace('Z', '');
    for (const row of seen) gone.delete(row);
    for (const row of held) if (!seen.has(row)) gone.set(row, `${row} ${end}`);
    held = seen;
  }
  return [...gone.values()];
}
