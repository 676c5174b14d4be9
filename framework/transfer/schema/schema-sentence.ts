import type { KeepingPolicy } from '../deletes/delete-policy.ts';
import type { ColumnType } from '../table-schema.ts';
import type { ExistingType, SchemaChange } from './schema-plan.ts';

type TypeText = (type: ColumnType) => string;

/** One sentence a change, for the receipt and the drift log. */
export function changeSentence(change: SchemaChange, typeText: TypeText): string {
  return 'column' in change ? columnSentence(change, typeText) : tableSentence(change);
}

/** A change of a table as a whole. */
type TableChange = Exclude<SchemaChange, { readonly column: string }>;

function tableSentence(change: TableChange): string {
  switch (change.kind) {
    case 'create_table':
      return `Created table ${change.table} with ${change.columns.length} columns.`;
    case 'adopt_table':
      return `Added Windrow's two system columns to the existing table ${change.table}.`;
    case 'keep_deletes':
      return KEPT[change.deletePolicy](change.table);
    case 'drop_table':
      return `Dropped table ${change.table}: the source removed it.`;
    case 'keep_table':
      return `Kept table ${change.table}, which the source removed.`;
    case 'rename_table':
      return `Renamed table ${change.table} to ${change.to}: the source removed it.`;
  }
}

function columnSentence(change: Exclude<SchemaChange, TableChange>, typeText: TypeText): string {
  switch (change.kind) {
    case 'add_column':
      return `Added column ${change.table}.${change.column} (${typeText(change.type)}).`;
    case 'widen_text':
      return `Widened ${change.table}.${change.column} from varchar(${change.from}) to varchar(${change.bytes}).`;
    case 'change_type':
      return `Changed ${change.table}.${change.column} from ${existingText(change.from, typeText)} to ${typeText(change.to)}.`;
    case 'drop_column':
      return `Dropped column ${change.table}.${change.column}: the source removed it.`;
    case 'keep_column':
      return `Kept column ${change.table}.${change.column}, which the source removed; new rows have NULL there.`;
    case 'rename_column':
      return `Renamed column ${change.table}.${change.column} to ${change.to}: the source removed it.`;
  }
}

/** A change that a source asks for. */
export type AskedChange = Exclude<SchemaChange, { readonly kind: 'keep_deletes' }>;

/** What a window asks for, while nobody has decided: what stands in the target, and what the window needs. */
export function askedSentence(change: AskedChange, typeText: TypeText): string {
  switch (change.kind) {
    case 'create_table':
      return `new table ${change.table} with ${change.columns.length} columns`;
    case 'adopt_table':
      return `table ${change.table} stands already and would get Windrow's two system columns`;
    case 'add_column':
      return `new column ${change.table}.${change.column} (${typeText(change.type)})`;
    case 'widen_text':
      return `${change.table}.${change.column} is varchar(${change.from}), the window needs varchar(${change.bytes})`;
    case 'change_type':
      return `${change.table}.${change.column} is ${existingText(change.from, typeText)}, the window needs ${typeText(change.to)}`;
    case 'drop_column':
    case 'keep_column':
    case 'rename_column':
      return `the source removed column ${change.table}.${change.column}, which would be ${REMOVED[change.kind]}`;
    case 'drop_table':
    case 'keep_table':
    case 'rename_table':
      return `the source removed table ${change.table}, which would be ${REMOVED[change.kind]}`;
  }
}

const REMOVED = {
  drop_column: 'dropped',
  keep_column: 'kept',
  rename_column: 'renamed',
  drop_table: 'dropped',
  keep_table: 'kept',
  rename_table: 'renamed',
} as const;

const KEPT: Readonly<Record<KeepingPolicy, (table: string) => string>> = {
  soft: (table) => `Added _deleted_at to ${table}: deleted rows stay from now on.`,
  history: (table) =>
    `Added _valid_from and _valid_to to ${table}: its rows are versions from now on, valid since the window that wrote them.`,
};

/** A type as a target's sentences write it, also one that Windrow never makes. */
export function existingText(type: ExistingType, typeText: TypeText): string {
  return type.kind === 'foreign' ? type.text : typeText(type);
}
