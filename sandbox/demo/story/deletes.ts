import { type Temporal, type WindowRecord } from '#framework';

import type { TruthTable, VaultSandbox } from '../../vault/index.ts';

/** A row that somebody deleted in Vault. */
export interface Deleted {
  readonly table: string;
  /** Values of its key, joined by a comma. */
  readonly key: string;
  /** The record of the window that took it out of the target. */
  readonly record: number;
}

/** Rows that the Vault had when Direct Data was enabled and has no more; the verification shows that the target has neither. */
export function findDeleted(
  vault: Pick<VaultSandbox, 'truth' | 'enabledAt'>,
  loaded: readonly WindowRecord[],
): readonly Deleted[] {
  const windows = loaded.filter(({ pipelineId }) => pipelineId === 'veeva_incremental').toSorted((a, b) => a.id - b.id);
  const deleted: Deleted[] = [];
  let before = keysOf(vault, vault.enabledAt);
  for (const { id, window } of windows) {
    const after = keysOf(vault, window.end);
    for (const [table, keys] of before) {
      const left = after.get(table);
      // A table that went as a whole is drift.
      if (left === undefined) continue;
      deleted.push(...[...keys].filter((key) => !left.has(key)).map((key) => ({ table, key, record: id })));
    }
    before = after;
  }
  return deleted;
}

function keysOf({ truth }: Pick<VaultSandbox, 'truth'>, moment: Temporal.Instant): ReadonlyMap<string, Set<string>> {
  return new Map(
    truth(moment)
      .filter(isOfObjects)
      .map((table) => [table.table, new Set(table.rows.map(keyIn(table)))]),
  );
}

/** The rows of metadata are the schema, whose changes are drift. */
function isOfObjects({ extract }: TruthTable): boolean {
  return extract.startsWith('Object.') || extract.startsWith('Document.');
}

function keyIn({ key, columns }: TruthTable): (row: readonly string[]) => string {
  const positions = key.map((name) => columns.findIndex((column) => column.name === name));
  return (row) => positions.map((position) => row[position] ?? '').join(', ');
}
