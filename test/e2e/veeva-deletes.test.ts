import { afterEach, describe, expect, it } from 'vitest';

import type { DeletePolicy } from '#framework';

import { type VeevaInstallation, loadFull, openVeeva, windowEnd } from '../support/veeva-installation.ts';
import { VEEVA_TARGETS, type VeevaTarget } from '../support/veeva-target.ts';

let veeva: VeevaInstallation | undefined;

afterEach(async () => {
  await veeva?.close();
  veeva = undefined;
});

/** A Full and three windows are loaded. Without schema changes a table can be compared with the Vault of any moment. */
async function openLoaded(target: VeevaTarget, deletes: DeletePolicy): Promise<VeevaInstallation> {
  const vault = { objects: 2, rows: 60, changesPerWindow: 10, schemaChanges: false };
  veeva = await openVeeva({ target, deletes, vault });
  await loadFull(veeva);
  veeva.publish(3);
  for (const window of [1, 2, 3]) await veeva.completed(window);
  return veeva;
}

describe.each(VEEVA_TARGETS)('$product', (target) => {
  it('keeps deleted rows with the end of the window that deleted them, beside live rows that equal the Vault', async () => {
    const { sandbox, ask, differences } = await openLoaded(target, 'soft');
    expect(await differences(3, '_deleted_at is null')).toEqual([]);
    const deleted = deletedRows(sandbox.vault, [0, 1, 2, 3]);
    expect(deleted.length).toBeGreaterThan(0);
    const tables = [...new Set(deleted.map((row) => row.split(' ')[0] ?? ''))];
    const marked = await Promise.all(
      tables.map(async (table) => {
        const rows = await ask(
          `select id, cast(_deleted_at as varchar) from vault."${table}" where _deleted_at is not null`,
        );
        return rows.map(([id, at]) => `${table} ${id ?? ''} ${at ?? ''}`);
      }),
    );
    expect(marked.flat().toSorted()).toEqual(deleted.toSorted());
  });

  it('shows each table as the Vault was at the end of any window, where rows are versions', async () => {
    const { differences } = await openLoaded(target, 'history');
    expect(await differences(3, '_valid_to is null')).toEqual([]);
    for (const window of [0, 1, 2, 3]) {
      const at = `timestamp '${windowEnd(window).toString().replace('Z', '')}'`;
      const then = `_valid_from <= ${at} and (_valid_to is null or _valid_to > ${at})`;
      expect(await differences(window, then)).toEqual([]);
    }
  });
});

/** Table, id and end of window of every row that the Vault held at the end of an earlier window and not of the last. */
function deletedRows({ truth }: VeevaInstallation['sandbox']['vault'], windows: readonly number[]): readonly string[] {
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
