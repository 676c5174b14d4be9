import type { VaultColumn } from './extract.ts';
import type { Random } from './random.ts';
import type { Row, Table } from './table.ts';
import { type ValueRules, dateTime, valueFor } from './values.ts';
import type { VaultState } from './vault-state.ts';

/** What a row is made from: the Vault it will join, the moment, and chance. */
export interface RowContext {
  readonly state: VaultState;
  readonly random: Random;
  readonly rules: ValueRules;
  /** Milliseconds since 1970 of the moment the row was changed. */
  readonly at: number;
}

/** A row with a new key. `given` holds the values that are not left to chance. */
export function newRow(table: Table, context: RowContext, given: Readonly<Record<string, string>> = {}): Row {
  table.issued += 1;
  const fixed: Readonly<Record<string, string>> = { id: newId(table), ...newFacts(context), ...given };
  return fill(table, (column) => fixed[column.name] ?? valueFor(column, context.random, context.rules));
}

/** The same record with about a third of its values changed; key and dates of creation stay. */
export function changedRow(table: Table, row: Row, context: RowContext): Row {
  const changed = changeFacts(context);
  return fill(table, (column) => {
    const before = row[column.slot] ?? '';
    const kept = LASTING.has(column.name) || table.extract.key.includes(column.name);
    if (kept) return before;
    return (
      changed[column.name] ?? (context.random.chance(0.35) ? valueFor(column, context.random, context.rules) : before)
    );
  });
}

/** Sets named columns and leaves the others. */
export function withValues(table: Table, row: Row, values: Readonly<Record<string, string>>): Row {
  return fill(table, (column) => values[column.name] ?? row[column.slot] ?? '');
}

const LASTING = new Set([
  'created_date__v',
  'created_by__v',
  'created_date__sys',
  'created_by__sys',
  'doc_id',
  'version_id',
  'major_version_number',
  'minor_version_number',
  'source_file',
  'rendition_file',
  'size__v',
  'global_id__sys',
]);

function fill(table: Table, valueOf: (column: VaultColumn) => string): Row {
  const row = Array.from({ length: table.extract.nextSlot }, () => '');
  for (const column of table.extract.columns) row[column.slot] = valueOf(column);
  return row;
}

/** 15 characters for objects, numbers for users, documents and workflows. */
function newId(table: Table): string {
  const { component, name } = table.extract;
  if (name === 'user__sys') return String(12_000 + table.issued);
  if (component !== 'Object') return String(table.issued);
  const mark = Buffer.from(name).reduce((sum, letter) => (sum * 31 + letter) % 1296, 7);
  return `V${mark.toString(36).toUpperCase().padStart(2, '0')}${String(table.issued).padStart(12, '0')}`;
}

function newFacts(context: RowContext): Record<string, string> {
  const changed = changeFacts(context);
  const by = changed['modified_by__v'] ?? '';
  const created = dateTime(context.at - context.random.below(1000));
  return { ...changed, created_date__v: created, created_date__sys: created, created_by__v: by, created_by__sys: by };
}

/** A transaction commits in a window although its date of change may lie an hour before it. */
function changeFacts({ random, at }: RowContext): Record<string, string> {
  const modified = dateTime(random.chance(0.05) ? at - 3_600_000 : at);
  return {
    modified_date__v: modified,
    modified_date__sys: modified,
    modified_by__v: String(12_001 + random.below(20)),
  };
}
