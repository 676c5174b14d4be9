import {
  type Column,
  DataFailure,
  type LoadMode,
  type StageManifest,
  type StagedFile,
  type StagedTable,
} from '#framework';

import { MOST_KEY_COLUMNS, OWN_PREFIX, type StagedSide, stagingName } from './sql/names.ts';

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

/** A table of the manifest with its names as Redshift keeps them: in lower case. */
export interface LoadTable {
  readonly extract: string;
  readonly table: string;
  readonly mode: LoadMode;
  readonly columns: readonly Column[];
  readonly key: readonly Column[];
  readonly updates: StagedPart | undefined;
  readonly deletes: StagedPart | undefined;
}

/**
 * The tables of a manifest as the load uses them.
 * @throws DataFailure `E_REDSHIFT_TABLES` with everything that Redshift could not keep apart or hold
 */
export function loadTables(
  manifest: StageManifest,
  load: { readonly recordId: number; readonly fence: number },
): readonly LoadTable[] {
  const tables = manifest.tables.map((staged, index) => loadTable(staged, (side) => stagingName(load, index, side)));
  const problems = [
    ...repeated(
      tables.map((table) => table.table),
      'The table',
    ),
    ...tables.flatMap(tableProblems),
  ];
  if (problems.length > 0) throw new DataFailure('E_REDSHIFT_TABLES', problems.join(' '), { details: { problems } });
  return tables;
}

export function stagedParts(tables: readonly LoadTable[]): readonly StagedPart[] {
  return tables.flatMap((table) => [table.updates, table.deletes]).filter((part) => part !== undefined);
}

function loadTable(staged: StagedTable, name: (side: StagedSide) => string): LoadTable {
  const columns = staged.schema.columns.map((column) => ({ ...column, name: column.name.toLowerCase() }));
  const keyNames = staged.schema.key.map((key) => key.toLowerCase());
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
    updates: part('updates', columns),
    deletes: part('deletes', key),
  };
}

function tableProblems({ extract, table, columns, key, updates, deletes }: LoadTable): readonly string[] {
  const keyNames = (updates ?? deletes)?.key ?? [];
  const missing = keyNames.filter((name) => !key.some((column) => column.name === name));
  const own = [table, ...columns.map((column) => column.name)].filter((name) => /^_?windrow_/.test(name));
  return [
    ...repeated(
      columns.map((column) => column.name),
      `${extract}: the column`,
    ),
    ...missing.map((name) => `${extract}: the key column ${name} is not among its columns.`),
    ...own.map(
      (name) => `${extract}: the name ${name} is Windrow's own; names there may not begin with ${OWN_PREFIX}.`,
    ),
    ...(key.length > MOST_KEY_COLUMNS
      ? [`${extract}: a key of ${key.length} columns; expected at most ${MOST_KEY_COLUMNS}.`]
      : []),
  ];
}

function repeated(names: readonly string[], what: string): readonly string[] {
  const seen = new Set<string>();
  return names.flatMap((name) => {
    const isRepeated = seen.has(name);
    seen.add(name);
    return isRepeated ? [`${what} ${name} appears twice; Redshift does not tell upper from lower case.`] : [];
  });
}
