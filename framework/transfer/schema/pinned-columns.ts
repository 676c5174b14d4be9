import { DataFailure } from '../../core/failures.ts';
import type { LoadTable } from '../load/load-tables.ts';
import type { ColumnType } from '../table-schema.ts';
import type { ExistingType, SchemaChange, SchemaQuestion } from './schema-plan.ts';

/** The types that a team demands, by table and column, in lower case. */
export type PinnedColumns = ReadonlyMap<string, ReadonlyMap<string, ColumnType>>;

export interface PinQuestion extends Pick<SchemaQuestion, 'removals' | 'existing' | 'later'> {
  readonly tables: readonly LoadTable[];
  readonly pins: PinnedColumns;
  readonly typeText: (type: ColumnType) => string;
}

/**
 * Columns that a team has pinned must come with the window, as something that their types can hold.
 * @throws DataFailure `E_SCHEMA_PINNED` with every difference
 */
export function requirePinned(question: PinQuestion): void {
  const problems = [...question.pins].flatMap(([table, pins]) =>
    [...pins].flatMap(([column, pin]) => problemOf(question, { table, column, pin })),
  );
  if (problems.length === 0) return;
  throw new DataFailure(
    'E_SCHEMA_PINNED',
    `${problems.join('; ')}. Nothing was changed or loaded. Correct "columns" in connector_config.json or the source, then re-run the window.`,
    { details: { problems } },
  );
}

interface Pin {
  readonly table: string;
  readonly column: string;
  readonly pin: ColumnType;
}

function problemOf(question: PinQuestion, { table, column, pin }: Pin): readonly string[] {
  const { tables, existing, typeText } = question;
  const pinned = `the column ${table}.${column} is pinned to ${typeText(pin)}`;
  const standing = existing.get(table)?.get(column);
  if (standing?.kind === 'foreign') return [`${pinned}, but somebody else made it as ${standing.text} in the target`];
  const window = tables.find((candidate) => candidate.table === table);
  const found = window?.columns.find(({ name }) => name === column)?.type;
  if (found !== undefined && HOLDS[pin.kind].includes(found.kind)) return [];
  if (found !== undefined) return [`${window?.extract}: ${pinned}, but the window brings ${typeText(found)}`];
  return missing(question, { table, column, pinned });
}

function missing(
  { tables, removals, later }: PinQuestion,
  { table, column, pinned }: { readonly table: string; readonly column: string; readonly pinned: string },
): readonly string[] {
  // What a later window took away is not asked of an older one, and a window of deletions brings the key alone.
  if (later.columns.has(`${table}.${column}`) || later.tables.has(table)) return [];
  const isRemoved = removals.some((gone) => gone.table === table && (gone.column ?? column) === column);
  if (isRemoved) return [`${pinned}, but the source removed it`];
  const window = tables.find((candidate) => candidate.table === table);
  if (window === undefined || bringsKeyOnly(window)) return [];
  const columns = window.columns.map(({ name }) => name).join(', ');
  return [`${window.extract}: ${pinned}, but it is missing; the window brings ${columns}`];
}

const HOLDS: Readonly<Record<ColumnType['kind'], readonly ColumnType['kind'][]>> = {
  text: ['text', 'decimal', 'boolean', 'date', 'timestamp'],
  long_text: ['text', 'long_text', 'decimal', 'boolean', 'date', 'timestamp'],
  decimal: ['decimal'],
  boolean: ['boolean'],
  date: ['date'],
  timestamp: ['date', 'timestamp'],
};

function bringsKeyOnly({ updates, columns, key }: LoadTable): boolean {
  return updates === undefined && columns.length === key.length;
}

/** How a column that stands comes to the type that it is pinned to. */
export function pinChanges(
  { table, column }: { readonly table: string; readonly column: string },
  existing: ExistingType,
  pin: ColumnType,
): readonly SchemaChange[] {
  if (isSame(existing, pin)) return [];
  if (existing.kind === 'text' && pin.kind === 'text' && pin.bytes > existing.bytes)
    return [{ kind: 'widen_text', table, column, from: existing.bytes, bytes: pin.bytes }];
  return [{ kind: 'change_type', table, column, from: existing, to: pin }];
}

function isSame(a: ExistingType, b: ColumnType): boolean {
  if (a.kind === 'text' && b.kind === 'text') return a.bytes === b.bytes;
  if (a.kind === 'decimal' && b.kind === 'decimal') return a.precision === b.precision && a.scale === b.scale;
  return a.kind === b.kind;
}
