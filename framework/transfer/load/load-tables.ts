import { DataFailure } from '../../core/failures.ts';
import { type DeletePolicy, POLICY_COLUMNS } from '../deletes/delete-policy.ts';
import { sparesRows } from '../quarantine.ts';
import type { PlannedTable } from '../schema/schema-plan.ts';
import type { LoadMode, SchemaRemoval, StageManifest, StagedFile, StagedTable } from '../stage-manifest.ts';
import type { Column } from '../table-schema.ts';
import { MOST_KEY_COLUMNS, OWN_PREFIX } from '../target-names.ts';

type StagedSide = 'updates' | 'deletes';

/** One side of a table of the manifest, with the staging table that its files go into. */
export interface StagedPart {
  readonly extract: string;
  readonly side: StagedSide;
  readonly staging: string;
  readonly columns: readonly Column[];
  readonly key: readonly string[];
  readonly files: readonly StagedFile[];
  readonly rows: number;
  readonly bytes: number;
}

/** A column of the target; a text that goes on in others of the stage is one column here. */
export interface LoadColumn extends Column {
  /** Staged columns in which its text goes on, in order. */
  readonly parts?: readonly string[];
}

/** A table of the manifest with its names as targets keep them: in lower case. */
export interface LoadTable {
  readonly extract: string;
  readonly table: string;
  readonly mode: LoadMode;
  readonly columns: readonly LoadColumn[];
  readonly key: readonly Column[];
  /** Columns that the source describes and the file lacks. */
  readonly absent?: readonly string[];
  readonly updates: StagedPart | undefined;
  readonly deletes: StagedPart | undefined;
  /** Where a Full left rows of the table out: the staging table of the quarantine, whose keys keep their earlier versions. */
  readonly spared?: string;
}

export interface LoadNames {
  /** The target, for messages. */
  readonly product: string;
  /** Code of the failure that lists what the target cannot hold. */
  readonly code: string;
  /** Name of the staging table of one side of the table at `index` of the manifest. */
  readonly staging: (index: number, side: StagedSide) => string;
}

/**
 * The tables of a manifest as a load uses them, for a target that does not tell upper from lower case.
 * @throws DataFailure with everything that the target could not keep apart or hold
 */
export function loadTables(manifest: StageManifest, { product, code, staging }: LoadNames): readonly LoadTable[] {
  // Behind the tables lies the quarantine.
  const quarantine = staging(manifest.tables.length, 'updates');
  const tables = manifest.tables.map((staged, index) => {
    const table = loadTable(staged, (side) => staging(index, side));
    const isSparing =
      table.mode === 'replace' && table.key.length <= MOST_KEY_COLUMNS && sparesRows(manifest, table.table);
    return isSparing ? { ...table, spared: quarantine } : table;
  });
  const problems = [
    ...repeated(
      tables.map((table) => table.table),
      { what: 'The table', product },
    ),
    ...tables.flatMap((table) => tableProblems(table, product)),
  ];
  if (problems.length > 0) throw new DataFailure(code, problems.join(' '), { details: { problems } });
  return tables;
}

/** What the source removed, with its names in lower case. */
export function loadRemovals(manifest: StageManifest): readonly SchemaRemoval[] {
  return manifest.removals.map((removal) => ({
    ...removal,
    table: removal.table.toLowerCase(),
    ...(removal.column === undefined ? {} : { column: removal.column.toLowerCase() }),
  }));
}

/** Every table that a load may need to know of. */
export function namesOf(tables: readonly LoadTable[], removed: readonly SchemaRemoval[]): readonly string[] {
  return [...new Set([...tables.map((table) => table.table), ...removed.map((removal) => removal.table)])];
}

export function stagedParts(tables: readonly LoadTable[]): readonly StagedPart[] {
  return tables.flatMap((table) => [table.updates, table.deletes]).filter((part) => part !== undefined);
}

/** A table of the window with the types of its target columns. */
export interface PresentTable {
  readonly table: LoadTable;
  readonly types: PlannedTable['types'];
  readonly deletePolicy: DeletePolicy;
  readonly emptied: readonly string[];
}

/** For a receipt: the rows that a load writes and those that it deletes, by table. */
export function loadedRows(present: readonly PresentTable[]): Readonly<Record<string, readonly [number, number]>> {
  return Object.fromEntries(
    present.map(({ table: { table, updates, deletes } }) => [table, [updates?.rows ?? 0, deletes?.rows ?? 0]] as const),
  );
}

/** Tables that a later window removed from the target have nothing to load. */
export function presentTables(tables: readonly LoadTable[], planned: readonly PlannedTable[]): readonly PresentTable[] {
  return tables.flatMap((table, index) => {
    const plan = planned[index];
    return plan === undefined || plan.state === 'gone'
      ? []
      : [{ table, types: plan.types, deletePolicy: plan.deletePolicy, emptied: plan.emptied ?? [] }];
  });
}

function loadTable(staged: StagedTable, name: (side: StagedSide) => string): LoadTable {
  const keyNames = staged.schema.key.map((key) => key.toLowerCase());
  const inStage = staged.schema.columns.map((column) => lowerCased(column, keyNames));
  const columns = joined(inStage);
  const key = keyNames.flatMap((keyName) => columns.find((column) => column.name === keyName) ?? []);
  const part = (side: StagedSide, partColumns: readonly Column[]): StagedPart | undefined => {
    const { files, rows } = staged[side];
    if (files.length === 0) return undefined;
    const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
    return {
      extract: staged.extract,
      side,
      staging: name(side),
      columns: partColumns,
      key: keyNames,
      files,
      rows,
      bytes,
    };
  };
  return {
    extract: staged.extract,
    table: staged.schema.table.toLowerCase(),
    mode: staged.mode,
    columns,
    key,
    ...(staged.absent === undefined ? {} : { absent: staged.absent.map((name) => name.toLowerCase()) }),
    updates: part('updates', inStage),
    deletes: part('deletes', key),
  };
}

/** The texts of a key stay in the columns they are in: keys are compared. */
function lowerCased({ partOf, ...column }: Column, key: readonly string[]): Column {
  const named = { ...column, name: column.name.toLowerCase() };
  const first = partOf?.toLowerCase();
  return first === undefined || key.includes(first) ? named : { ...named, partOf: first };
}

function joined(columns: readonly Column[]): readonly LoadColumn[] {
  return columns.flatMap((column): readonly LoadColumn[] => {
    if (column.partOf !== undefined) return [];
    const parts = columns.filter(({ partOf }) => partOf === column.name).map(({ name }) => name);
    return [parts.length === 0 ? column : { ...column, type: { kind: 'long_text' }, parts }];
  });
}

function tableProblems(
  { extract, table, mode, columns, key, updates, deletes }: LoadTable,
  product: string,
): readonly string[] {
  const keyNames = (updates ?? deletes)?.key ?? [];
  const missing = keyNames.filter((name) => !key.some((column) => column.name === name));
  const own = [table, ...columns.map((column) => column.name)].filter((name) => /^_?windrow_/.test(name));
  const kept = columns.filter(({ name }) => KEPT_COLUMNS.has(name));
  return [
    ...repeated(
      columns.map((column) => column.name),
      { what: `${extract}: the column`, product },
    ),
    ...missing.map((name) => `${extract}: the key column ${name} is not among its columns.`),
    ...own.map(
      (name) => `${extract}: the name ${name} is Windrow's own; names there may not begin with ${OWN_PREFIX}.`,
    ),
    ...kept.map(
      ({ name }) =>
        `${extract}: the name ${name} is Windrow's own, for tables that keep deleted rows or versions. Leave the field out of the source.`,
    ),
    // Only what is replaced as a whole, and never deleted by key, does without tombstones.
    ...(key.length > MOST_KEY_COLUMNS && (mode !== 'replace' || deletes !== undefined)
      ? [`${extract}: a key of ${key.length} columns; expected at most ${MOST_KEY_COLUMNS}.`]
      : []),
  ];
}

/** Reserved under every policy, so that a table may change to another later. */
const KEPT_COLUMNS: ReadonlySet<string> = new Set(Object.values(POLICY_COLUMNS).flat());

function repeated(
  names: readonly string[],
  { what, product }: { readonly what: string; readonly product: string },
): readonly string[] {
  const seen = new Set<string>();
  return names.flatMap((name) => {
    const isRepeated = seen.has(name);
    seen.add(name);
    return isRepeated ? [`${what} ${name} appears twice; ${product} does not tell upper from lower case.`] : [];
  });
}
