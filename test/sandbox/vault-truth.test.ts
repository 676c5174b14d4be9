import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import type { Temporal } from '#framework';
import type { TruthTable } from '../../sandbox/vault/index.ts';
import { ENABLED, openVault, type VaultBench } from './vault-client.ts';
import { Replica, rowText } from './vault-replica.ts';

const after = (windows: number): Temporal.Instant => ENABLED.add({ minutes: 15 * windows });
const ofLogs = (table: TruthTable): boolean => table.extract.startsWith('Log.');
/** The schema does not list the columns of itself, nor outside of log files those of the logs. */
const isDescribed = (table: TruthTable): boolean => !ofLogs(table) && table.extract !== 'Metadata.metadata';

async function replayed({ client }: VaultBench): Promise<Replica> {
  const replica = new Replica();
  const [full] = await client.items({ extract_type: 'full_directdata' });
  if (full === undefined) throw new Error('No Full is listed.');
  replica.applyFull(await client.open(full));
  for (const item of await client.items({ extract_type: 'incremental_directdata' })) {
    replica.applyWindow(await client.open(item));
  }
  return replica;
}

/** Tables whose rows or columns differ between replica and truth. */
function differences(replica: Replica, truth: readonly TruthTable[]): string[] {
  return truth
    .filter((table) => {
      const sameRows = sameTexts(replica.rows(table) ?? ['no such table'], table.rows.map(rowText));
      const columns = table.columns.map(({ name }) => name);
      return !sameRows || (isDescribed(table) && !sameTexts(replica.columns(table.extract), columns));
    })
    .map(({ extract }) => extract);
}

function sameTexts(found: readonly string[], expected: readonly string[]): boolean {
  return JSON.stringify(found) === JSON.stringify(expected.toSorted());
}

/** A Full does not say when a column was added. */
function withoutDates(table: TruthTable): TruthTable {
  if (table.extract !== 'Metadata.metadata') return table;
  const date = table.columns.findIndex(({ name }) => name === 'modified_date');
  return { ...table, rows: table.rows.map((row) => row.with(date, '')) };
}

const extracts = (truth: readonly TruthTable[]): string[] => truth.map(({ extract }) => extract).toSorted();
const withoutLogs = (truth: readonly TruthTable[]): readonly TruthTable[] => truth.filter((table) => !ofLogs(table));

describe('the truth of the Vault', () => {
  it('is what a replay of the Full and of every window gives, for any seed, size and number of windows', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.record({
          seed: fc.nat(10_000),
          objects: fc.integer({ min: 2, max: 20 }),
          windows: fc.integer({ min: 0, max: 30 }),
        }),
        async ({ seed, objects, windows }) => {
          const bench = await openVault({ seed, objects, rows: 150, changesPerWindow: 25, partBytes: 20_000 });
          bench.clock.afterWindows(windows);
          try {
            const [replica, truth] = [await replayed(bench), withoutLogs(bench.vault.truth(after(windows)))];
            expect(replica.extracts()).toEqual(extracts(truth));
            expect(differences(replica, truth)).toEqual([]);
          } finally {
            await bench.vault.close();
          }
        },
      ),
      { numRuns: 8 },
    );
  });

  it('is what the next daily Full holds, after a day of windows', async () => {
    const bench = await openVault({ dailyFulls: true, changesPerWindow: 20 });
    bench.clock.set(after(96).add({ hours: 1 }));
    const full = (await bench.client.items({ extract_type: 'full_directdata' })).at(-1);
    const replica = new Replica();
    if (full !== undefined) replica.applyFull(await bench.client.open(full));
    const truth = withoutLogs(bench.vault.truth(after(96))).map(withoutDates);
    expect(replica.extracts()).toEqual(extracts(truth));
    expect(differences(replica, truth)).toEqual([]);
    expect(full?.name).toBe('143462-20260121-0800-F');
    await bench.vault.close();
  });

  it('holds the audit logs of every day that has ended', async () => {
    const bench = await openVault({ changesPerWindow: 2 });
    bench.clock.set(after(96).add({ hours: 1 }));
    const replica = new Replica();
    for (const item of await bench.client.items({ extract_type: 'log_directdata' })) {
      replica.applyLog(await bench.client.open(item));
    }
    const logs = bench.vault.truth(after(96)).filter(ofLogs);
    expect(replica.extracts()).toEqual(extracts(logs));
    expect(differences(replica, logs)).toEqual([]);
    expect(logs.map(({ rows }) => rows.length).toSorted((a, b) => a - b)).toEqual([40, 80, 80, 80]);
    await bench.vault.close();
  });

  it('can be asked for an earlier moment after a later one', async () => {
    const { vault } = await openVault();
    const early = vault.truth(after(3));
    const late = vault.truth(after(20));
    expect(vault.truth(after(3))).toEqual(early);
    expect(late).not.toEqual(early);
    await vault.close();
  });

  it('changes columns and tables as time goes on: some come, some go', async () => {
    const { vault } = await openVault({ objects: 20 });
    const names = (windows: number): Set<string> =>
      new Set(
        vault.truth(after(windows)).flatMap(({ extract, columns }) => columns.map(({ name }) => `${extract}.${name}`)),
      );
    const [before, later] = [names(0), names(12)];
    expect(later.has('Object.added_5__c.id')).toBe(true);
    expect([...later].filter((name) => name.includes('.added_in_'))).toHaveLength(2);
    expect([...before].filter((name) => name.endsWith('.id') && !later.has(name))).toHaveLength(1);
    expect([...before].filter((name) => !later.has(name)).length).toBeGreaterThan(2);
    await vault.close();
  });
});
