import type { SchemaDrift } from '../../core/schema-drift.ts';
import type { Temporal } from '../../core/time.ts';
import { boundedName } from '../bounded-name.ts';
import {
  type DeletePolicies,
  type DeletePolicy,
  type KeepingPolicy,
  deletePolicyOf,
  policyToBegin,
} from '../deletes/delete-policy.ts';
import type { SchemaRemoval } from '../stage-manifest.ts';
import type { Column, ColumnType } from '../table-schema.ts';
import { WINDOW_END } from '../target-names.ts';
import { driftOfChange } from './drift-of-change.ts';
import { type PinnedColumns, pinChanges } from './pinned-columns.ts';
import { changeSentence } from './schema-sentence.ts';
import { standingParts, textOfPart } from './text-parts.ts';
import { holdingType } from './type-fit.ts';

export const REMOVAL_POLICIES = ['drop', 'keep', 'rename'] as const;
/** What happens to a table or column that the source removed. */
export type RemovalPolicy = (typeof REMOVAL_POLICIES)[number];

/** The type of an existing column; `foreign` is one that Windrow never makes. */
export type ExistingType = ColumnType | { readonly kind: 'foreign'; readonly text: string };
export type ExistingTable = ReadonlyMap<string, ExistingType>;

export type SchemaChange =
  | {
      readonly kind: 'create_table';
      readonly table: string;
      readonly columns: readonly Column[];
      readonly deletePolicy: DeletePolicy;
    }
  | { readonly kind: 'adopt_table'; readonly table: string; readonly deletePolicy: DeletePolicy }
  | { readonly kind: 'keep_deletes'; readonly table: string; readonly deletePolicy: KeepingPolicy }
  | { readonly kind: 'add_column'; readonly table: string; readonly column: string; readonly type: ColumnType }
  | {
      readonly kind: 'widen_text';
      readonly table: string;
      readonly column: string;
      readonly from: number;
      readonly bytes: number;
    }
  | {
      readonly kind: 'change_type';
      readonly table: string;
      readonly column: string;
      readonly from: ExistingType;
      readonly to: ColumnType;
    }
  | { readonly kind: 'drop_column' | 'keep_column'; readonly table: string; readonly column: string }
  | { readonly kind: 'rename_column'; readonly table: string; readonly column: string; readonly to: string }
  | { readonly kind: 'drop_table' | 'keep_table'; readonly table: string }
  | { readonly kind: 'rename_table'; readonly table: string; readonly to: string };

/** What a later window already decided; an older one that is run again must not undo it. */
export interface LaterChanges {
  readonly tables: ReadonlySet<string>;
  /** `table.column` */
  readonly columns: ReadonlySet<string>;
}

export interface WantedTable {
  readonly table: string;
  readonly columns: readonly Column[];
  /** Columns that the source describes and the window lacks. */
  readonly absent?: readonly string[];
}

export interface SchemaQuestion {
  readonly wanted: readonly WantedTable[];
  readonly removals: readonly SchemaRemoval[];
  readonly existing: ReadonlyMap<string, ExistingTable>;
  readonly later: LaterChanges;
  readonly policy: RemovalPolicy;
  readonly deletes: DeletePolicies;
  /** The type that the target gives to a new column of this type. */
  readonly targetType: (incoming: ColumnType) => ColumnType;
  /** Types that a team demands, as the target writes them. */
  readonly pins?: PinnedColumns;
  readonly windowEnd: Temporal.Instant;
}

export interface SchemaPlan {
  readonly changes: readonly SchemaChange[];
  /** Each table as it is after the changes, without the columns that the window does not bring. */
  readonly tables: readonly PlannedTable[];
}

export interface PlannedTable {
  readonly table: string;
  /** `gone`: a later window removed the table, so this one has nothing to load into it. */
  readonly state: 'new' | 'existing' | 'gone';
  /** Types of the columns that this window loads; one that a later window removed is absent. */
  readonly types: ReadonlyMap<string, ColumnType>;
  readonly deletePolicy: DeletePolicy;
  /** Standing columns in which the rows of the window have nothing: of longer texts than it brings, or absent from its file. */
  readonly emptied?: readonly string[];
}

/** Decides how the target must change so that it holds every value of the window exactly. */
export function planSchema(question: SchemaQuestion): SchemaPlan {
  const planned = question.wanted.map((wanted) => planTable(wanted, question));
  return {
    changes: [...planned.flatMap((plan) => plan.changes), ...planRemovals(question)],
    tables: planned.map((plan) => plan.table),
  };
}

/** The changes of a plan, each as the drift log and the receipt tell it. */
export function describeChanges(
  changes: readonly SchemaChange[],
  typeText: (type: ColumnType) => string,
): readonly { readonly change: SchemaChange; readonly drift: SchemaDrift }[] {
  return changes.map((change) => {
    const sentence = changeSentence(change, typeText);
    return { change, drift: driftOfChange(change, { sentence, decision: 'applied', typeText }) };
  });
}

interface TablePlan {
  readonly changes: readonly SchemaChange[];
  readonly table: PlannedTable;
}

function planTable(wanted: WantedTable, question: SchemaQuestion): TablePlan {
  const { table } = wanted;
  const existing = question.existing.get(table);
  if (existing === undefined) return planMissing(wanted, question);
  const deletePolicy = deletePolicyOf(question.deletes, table);
  const begun = policyToBegin({ table, existing, wanted: deletePolicy });
  const changes: SchemaChange[] = begun === undefined ? [] : [{ kind: 'keep_deletes', table, deletePolicy: begun }];
  if (!existing.has(WINDOW_END)) changes.push({ kind: 'adopt_table', table, deletePolicy });
  const types = new Map<string, ColumnType>();
  for (const column of wanted.columns) {
    const plan = planColumn(column, {
      table,
      existing: existing.get(column.name),
      isDecidedLater: isDecidedLater(column.name, { table, existing, later: question.later }),
      targetType: question.targetType,
      pin: question.pins?.get(table)?.get(column.name),
    });
    changes.push(...plan.changes);
    if (plan.type !== undefined) types.set(column.name, plan.type);
  }
  const emptied = emptiedColumns(wanted, existing, question);
  return { changes, table: { table, state: 'existing', types, deletePolicy, emptied } };
}

function emptiedColumns(
  wanted: WantedTable,
  existing: ExistingTable,
  { removals }: Pick<SchemaQuestion, 'removals'>,
): readonly string[] {
  const isRemoved = (name: string): boolean =>
    removals.some(({ table, column }) => table === wanted.table && column === name);
  const absent = (wanted.absent ?? []).filter((name) => existing.has(name) && !isRemoved(name));
  const parts = [...wanted.columns.map(({ name }) => name), ...absent].flatMap((name) => standingParts(existing, name));
  return [...new Set([...absent, ...parts])].filter((name) => !brings(wanted, name));
}

function brings({ columns }: WantedTable, name: string): boolean {
  return columns.some((column) => column.name === name);
}

/** The rest of a text goes where its first column went. */
function isDecidedLater(
  column: string,
  {
    table,
    existing,
    later,
  }: Pick<SchemaQuestion, 'later'> & { readonly table: string; readonly existing: ExistingTable },
): boolean {
  const text = textOfPart(column);
  const isPartOfGone = text !== undefined && !existing.has(text) && later.columns.has(`${table}.${text}`);
  return isPartOfGone || later.columns.has(`${table}.${column}`) || later.tables.has(table);
}

function planMissing(wanted: WantedTable, question: SchemaQuestion): TablePlan {
  const { table } = wanted;
  const deletePolicy = deletePolicyOf(question.deletes, table);
  if (question.later.tables.has(table))
    return { changes: [], table: { table, state: 'gone', types: new Map(), deletePolicy } };
  const pins = question.pins?.get(table);
  const columns = wanted.columns.map(({ name, type }) => ({
    name,
    type: pins?.get(name) ?? question.targetType(type),
  }));
  const types = new Map(columns.map((column) => [column.name, column.type]));
  return {
    changes: [{ kind: 'create_table', table, columns, deletePolicy }],
    table: { table, state: 'new', types, deletePolicy },
  };
}

interface ColumnPlace {
  readonly table: string;
  readonly existing: ExistingType | undefined;
  /** A later window has changed the column. */
  readonly isDecidedLater: boolean;
  readonly targetType: SchemaQuestion['targetType'];
  readonly pin: ColumnType | undefined;
}

interface PlannedColumn {
  readonly changes: readonly SchemaChange[];
  readonly type?: ColumnType;
}

function planColumn(column: Column, place: ColumnPlace): PlannedColumn {
  const { table, existing, pin } = place;
  if (existing === undefined) {
    if (place.isDecidedLater) return { changes: [] };
    const type = pin ?? place.targetType(column.type);
    return { changes: [{ kind: 'add_column', table, column: column.name, type }], type };
  }
  if (pin !== undefined) return { changes: pinChanges({ table, column: column.name }, existing, pin), type: pin };
  return planStanding(column, { ...place, existing });
}

interface StandingColumn extends ColumnPlace {
  readonly existing: ExistingType;
}

function planStanding(column: Column, { table, existing, isDecidedLater, targetType }: StandingColumn): PlannedColumn {
  // A later window's type stands, except that text may always grow: growing loses nothing.
  const grows = existing.kind === 'text' && column.type.kind === 'long_text';
  if (isDecidedLater && existing.kind !== 'foreign' && existing.kind !== column.type.kind && !grows)
    return { changes: [], type: existing };
  const type = holdingType(existing, column.type, targetType);
  if (existing.kind === 'text' && type.kind === 'text') {
    return {
      changes:
        type.bytes > existing.bytes
          ? [{ kind: 'widen_text', table, column: column.name, from: existing.bytes, bytes: type.bytes }]
          : [],
      type,
    };
  }
  if (type === existing) return { changes: [], type };
  return { changes: [{ kind: 'change_type', table, column: column.name, from: existing, to: type }], type };
}

function planRemovals(question: SchemaQuestion): readonly SchemaChange[] {
  const suffix = `_removed_${question.windowEnd
    .toString()
    .replaceAll(/[^0-9]/g, '')
    .slice(0, 14)}`;
  return question.removals.flatMap((removal): readonly SchemaChange[] => {
    const { table, column } = removal;
    const existing = question.existing.get(table);
    const wanted = question.wanted.find((candidate) => candidate.table === table);
    if (existing === undefined || question.later.tables.has(table)) return [];
    if (column === undefined) {
      return wanted === undefined ? [TABLE_REMOVALS[question.policy](table, boundedName(table, suffix))] : [];
    }
    if (!existing.has(column) || question.later.columns.has(`${table}.${column}`)) return [];
    if (wanted !== undefined && brings(wanted, column)) return [];
    return [column, ...standingParts(existing, column)].map((gone) =>
      COLUMN_REMOVALS[question.policy]({ table, column: gone }, boundedName(gone, suffix)),
    );
  });
}

const TABLE_REMOVALS: Readonly<Record<RemovalPolicy, (table: string, to: string) => SchemaChange>> = {
  drop: (table) => ({ kind: 'drop_table', table }),
  keep: (table) => ({ kind: 'keep_table', table }),
  rename: (table, to) => ({ kind: 'rename_table', table, to }),
};

const COLUMN_REMOVALS: Readonly<
  Record<RemovalPolicy, (place: { readonly table: string; readonly column: string }, to: string) => SchemaChange>
> = {
  drop: (place) => ({ kind: 'drop_column', ...place }),
  keep: (place) => ({ kind: 'keep_column', ...place }),
  rename: (place, to) => ({ kind: 'rename_column', ...place, to }),
};
