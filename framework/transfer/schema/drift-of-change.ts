import type { DriftDecision, SchemaDrift } from '../../core/schema-drift.ts';
import type { ColumnType } from '../table-schema.ts';
import type { SchemaChange } from './schema-plan.ts';
import { existingText } from './schema-sentence.ts';

export interface DriftWords<Decision extends DriftDecision> {
  readonly sentence: string;
  readonly decision: Decision;
  readonly typeText: (type: ColumnType) => string;
}

/** A change as receipts, events and drift logs tell it. */
export function driftOfChange<Decision extends DriftDecision>(
  change: SchemaChange,
  { sentence, decision, typeText }: DriftWords<Decision>,
): SchemaDrift & { readonly decision: Decision } {
  const column = 'column' in change ? { column: change.column } : {};
  return { table: change.table, ...column, change: change.kind, sentence, decision, ...typesOf(change, typeText) };
}

function typesOf(
  change: SchemaChange,
  typeText: (type: ColumnType) => string,
): Pick<SchemaDrift, 'typeBefore' | 'typeAfter'> {
  if (!('column' in change)) return {};
  switch (change.kind) {
    case 'add_column':
      return { typeAfter: typeText(change.type) };
    case 'widen_text':
      return { typeBefore: `varchar(${change.from})`, typeAfter: `varchar(${change.bytes})` };
    case 'change_type':
      return { typeBefore: existingText(change.from, typeText), typeAfter: typeText(change.to) };
    case 'drop_column':
    case 'keep_column':
    case 'rename_column':
      return {};
  }
}
