import { describe, expect, it } from 'vitest';

import { type LoadReceipt, type PresentTable, loadedRows, receiptText } from '#framework';

/** Redshift's column for a receipt. */
const COLUMN_BYTES = 65_535;

const names = (count: number): readonly string[] =>
  Array.from({ length: count }, (_, index) => `a_custom_object_with_a_rather_long_name_${index}__c`);

function receiptOf(tables: readonly string[], more: Partial<LoadReceipt> = {}): LoadReceipt {
  return {
    outcome: 'loaded',
    rows: 10,
    tables: tables.length,
    schemaChanges: tables.map((table) => ({
      table,
      change: 'create_table',
      sentence: `Created table ${table} with 120 columns.`,
      decision: 'applied',
    })),
    details: {
      statements: 3,
      path: 'session',
      loaded: Object.fromEntries(tables.map((table) => [table, [123_456, 0]])),
    },
    ...more,
  };
}

describe('The receipt in a load log', () => {
  it('fits its column, also that of a Full that makes as many tables as a large Vault has', () => {
    const text = receiptText(receiptOf(names(1500)), [
      { name: 'full.tar.gz', bytes: 1, rows: 1, sha256: 'a'.repeat(64) },
    ]);
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(COLUMN_BYTES);
    const { details, sources, schemaChanges } = JSON.parse(text);
    expect(details).toMatchObject({ statements: 3, path: 'session' });
    expect(Object.keys(details.loaded).length).toBeGreaterThan(500);
    expect(schemaChanges.length + details.moreSchemaChanges).toBe(1500);
    expect(sources).toEqual([{ name: 'full.tar.gz', sha256: 'a'.repeat(64) }]);
  });

  it('fits its column whatever is long: changes, files, or tables that a later window removed', () => {
    const long = 'n'.repeat(127);
    const change = { table: long, column: long, change: 'change_type', sentence: long.repeat(4), decision: 'applied' };
    const receipts: readonly LoadReceipt[] = [
      receiptOf([], {
        schemaChanges: Array.from({ length: 300 }, () => ({ ...change, decision: 'applied' as const })),
      }),
      receiptOf([], { details: { removedLater: Array.from({ length: 900 }, () => long) } }),
    ];
    const sources = Array.from({ length: 300 }, () => ({ name: long.repeat(3), bytes: 1, rows: 1, sha256: '' }));
    for (const text of [...receipts.map((receipt) => receiptText(receipt, [])), receiptText(receiptOf([]), sources)])
      expect(Buffer.byteLength(text)).toBeLessThanOrEqual(COLUMN_BYTES);
  });

  it('is whole where it fits', () => {
    const receipt = receiptOf(names(90));
    expect(JSON.parse(receiptText(receipt, []))).toEqual({
      schemaChanges: receipt.schemaChanges,
      details: receipt.details,
      sources: [],
    });
  });
});

describe('The receipt of a load', () => {
  it('names every table, however many there are', () => {
    const present = names(1500).map((table): PresentTable => ({
      table: { extract: table, table, mode: 'merge', columns: [], key: [], updates: undefined, deletes: undefined },
      types: new Map(),
      deletePolicy: 'hard',
      emptied: [],
    }));
    expect(Object.keys(loadedRows(present))).toEqual(names(1500));
  });
});
