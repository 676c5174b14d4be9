import type { Temporal } from '#framework';
import type { RedshiftReader } from '#tasks/redshift';

import type { TruthTable, VaultSandbox } from '../vault/index.ts';
import { type Mismatch, compareTable } from './compare-table.ts';
import { columnOf, exactText } from './exact-text.ts';

export interface VerifyOptions {
  readonly vault: Pick<VaultSandbox, 'truth'>;
  readonly reader: RedshiftReader;
  /** Ends of the newest window and of the newest log day that were loaded. */
  readonly windowsTo: Temporal.Instant;
  readonly logsTo: Temporal.Instant;
}

export interface Verification {
  readonly tables: number;
  readonly rows: number;
  readonly mismatches: readonly Mismatch[];
}

/** Reads every table of the target back and compares it with what the Vault itself holds, value by value. */
export async function verify({ vault, reader, windowsTo, logsTo }: VerifyOptions): Promise<Verification> {
  const truth = [...vault.truth(windowsTo).filter((table) => !isLog(table)), ...vault.truth(logsTo).filter(isLog)];
  const present = new Set(await reader.listTables());
  const mismatches: Mismatch[] = [];
  let rows = 0;
  for (const table of truth) {
    if (present.delete(table.table)) mismatches.push(...(await verifyTable(table, reader)));
    else mismatches.push({ table: table.table, key: '*', column: '*', expected: 'a table', found: undefined });
    rows += table.rows.length;
  }
  for (const table of present) mismatches.push({ table, key: '*', column: '*', expected: undefined, found: 'a table' });
  return { tables: truth.length, rows, mismatches };
}

function isLog({ extract }: TruthTable): boolean {
  return extract.startsWith('Log.');
}

async function verifyTable(table: TruthTable, reader: RedshiftReader): Promise<Mismatch[]> {
  const names = table.columns.map(({ name }) => name);
  const columns = await reader.listColumns(table.table);
  const strange = columns.filter((name) => !names.includes(name));
  const absent = names.filter((name) => !columns.includes(name));
  if (strange.length > 0 || absent.length > 0) {
    return [
      ...strange.map((column) => ({ table: table.table, key: '*', column, expected: undefined, found: 'a column' })),
      ...absent.map((column) => ({ table: table.table, key: '*', column, expected: 'a column', found: undefined })),
    ];
  }
  const found: (readonly (string | null)[])[] = [];
  const wanted = table.columns.map(({ name, vaultType }) => columnOf(name, vaultType));
  for await (const page of reader.readTable(table.table, wanted)) found.push(...page);
  return compareTable({
    table: table.table,
    columns: names,
    key: table.key.map((name) => names.indexOf(name)),
    expected: table.rows.map((row) =>
      row.map((value, index) => exactText(value, table.columns[index]?.vaultType ?? 'String')),
    ),
    found,
  });
}
