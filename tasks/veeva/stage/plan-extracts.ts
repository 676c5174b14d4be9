import { DataFailure, type LoadMode, type SchemaRemoval, boundedName } from '#framework';

import type { ArchiveTree } from '../archive/archive-tree.ts';
import type { ManifestLine } from '../archive/manifest-csv.ts';
import type { ColumnFacts, MetadataDelete, Registry } from '../archive/metadata.ts';
import type { Spooled } from '../archive/spool.ts';
import type { ExtractKind } from '../files/extract-kind.ts';
import { extractKey, isLegacyWorkflow } from './extract-keys.ts';
import { tableNames } from './table-names.ts';

/** Everything that an unpacked archive says about itself. */
export interface ArchiveContent {
  readonly archive: string;
  readonly kind: ExtractKind;
  readonly tree: ArchiveTree;
  readonly lines: readonly ManifestLine[];
  /** Every column of every extract. */
  readonly registry: Registry;
  /** What Metadata/metadata.csv lists: in an incremental file new and changed columns only. */
  readonly changes: Registry;
  readonly metadataDeletes: readonly MetadataDelete[];
}

export interface ExtractFile {
  /** Undefined where the manifest promises no records and the archive has no file. */
  readonly file: Spooled | undefined;
  readonly records: number;
}

/** One table to stage. */
export interface ExtractPlan {
  readonly extract: string;
  readonly table: string;
  readonly label: string;
  readonly mode: LoadMode;
  readonly key: readonly string[];
  readonly columns: ReadonlyMap<string, ColumnFacts>;
  /** The target must see every column, also where no row is new. */
  readonly schemaMatters: boolean;
  readonly updates: ExtractFile;
  readonly deletes: ExtractFile;
}

export interface ArchivePlan {
  readonly extracts: readonly ExtractPlan[];
  readonly removals: readonly SchemaRemoval[];
  /** Members that nothing names and that may be left alone. */
  readonly unlisted: readonly string[];
}

/**
 * Decides what becomes of every extract of the manifest.
 * @throws DataFailure `E_ARCHIVE_EXTRACT_MISSING`, `E_ARCHIVE_FILE_UNLISTED`, `E_ARCHIVE_FILE_SHARED`, `E_ARCHIVE_TABLE_SHARED`
 */
export function planExtracts(content: ArchiveContent): ArchivePlan {
  const lines = content.lines.map((line) => withBaseName(line, content));
  const tables = tableNames([...content.registry.keys(), ...lines.map(({ extract }) => extract)]);
  requireOwnTables(lines, tables, content.archive);
  const gone = goneExtracts(content);
  const groups = Map.groupBy(lines, ({ extract }) => extract);
  const plans = [...groups].map(([extract, own]) =>
    planOne(extract, own, { content, table: tables.get(extract) ?? extract }),
  );
  requireOwnFiles(plans, content.archive);
  return {
    extracts: plans.filter((plan) => !gone.has(plan.extract) && isWorthStaging(plan)),
    removals: removals(content, gone),
    unlisted: unlisted(content, plans),
  };
}

export interface MemberPlan {
  readonly plan: ExtractPlan;
  readonly part: 'updates' | 'deletes';
}

/** What a member is by the members before it, while later ones are still to come: nothing of it is sure. */
export function planMember(content: ArchiveContent, member: Spooled): MemberPlan | undefined {
  const lines = content.lines.map((line) => withBaseName(line, content));
  const line = lines.find((one) => content.tree.find(pathOf(one))?.path === member.path);
  if (line === undefined) return undefined;
  const tables = tableNames([...content.registry.keys(), ...lines.map(({ extract }) => extract)]);
  const plan = planOne(line.extract, [line], { content, table: tables.get(line.extract) ?? line.extract });
  return { plan, part: line.type };
}

/** Names that differ in the case of their letters only are one table to every target. */
function requireOwnTables(lines: readonly ManifestLine[], tables: ReadonlyMap<string, string>, archive: string): void {
  const owners = new Map<string, string>();
  for (const { extract } of lines) {
    const table = tables.get(extract) ?? extract;
    const owner = owners.get(table) ?? extract;
    owners.set(table, owner);
    if (owner === extract) continue;
    throw new DataFailure(
      'E_ARCHIVE_TABLE_SHARED',
      `manifest.csv of ${archive} names ${owner} and ${extract}, which are both the table ${table}. Nothing was loaded. Ask Veeva to publish the file again.`,
      { details: { archive, table, extracts: [owner, extract] } },
    );
  }
}

/** Rows of one file cannot belong to two extracts, or be new and removed at once. */
function requireOwnFiles(plans: readonly ExtractPlan[], archive: string): void {
  const owners = new Map<string, string>();
  for (const { extract, updates, deletes } of plans) {
    for (const { file } of [updates, deletes]) {
      if (file === undefined) continue;
      const owner = owners.get(file.path);
      owners.set(file.path, extract);
      if (owner === undefined) continue;
      throw new DataFailure(
        'E_ARCHIVE_FILE_SHARED',
        `manifest.csv of ${archive} names "${file.member}" twice, for ${owner} and for ${extract}. Nothing was loaded. Re-run the window; if it stays, ask Veeva to publish the file again.`,
        { details: { archive, member: file.member, extracts: [owner, extract] } },
      );
    }
  }
}

interface Planning {
  readonly content: ArchiveContent;
  readonly table: string;
}

function planOne(extract: string, lines: readonly ManifestLine[], { content, table }: Planning): ExtractPlan {
  const updates = lines.find(({ type }) => type === 'updates');
  const deletes = lines.find(({ type }) => type === 'deletes');
  const isNew = content.changes.get(extract)?.has('id') === true;
  const recreated = isNew && content.metadataDeletes.some((gone) => gone.extract === extract && gone.column === 'id');
  return {
    extract,
    table,
    label: (updates ?? deletes)?.label ?? '',
    mode: recreated || (content.kind === 'full' && !isLegacyWorkflow(extract)) ? 'replace' : 'merge',
    key: extractKey(extract),
    columns: content.registry.get(extract) ?? new Map(),
    schemaMatters: content.kind !== 'incremental' || content.changes.has(extract),
    updates: findFile(updates, content),
    deletes: findFile(deletes, content),
  };
}

function findFile(line: ManifestLine | undefined, { tree, archive }: ArchiveContent): ExtractFile {
  if (line === undefined) return { file: undefined, records: 0 };
  const path = pathOf(line);
  const file = tree.find(path);
  if (file === undefined && line.records > 0) {
    throw new DataFailure(
      'E_ARCHIVE_EXTRACT_MISSING',
      `manifest.csv of ${archive} promises ${line.records} ${line.type} of ${line.extract} in "${path}", but the archive has no such file. ` +
        `Nothing was loaded. Re-run the window; if it stays, ask Veeva to publish the file again.`,
      { details: { archive, extract: line.extract, type: line.type, file: path, expected: line.records } },
    );
  }
  return { file, records: line.records };
}

function pathOf({ file, extract, type }: ManifestLine): string {
  return file ?? `${extract.replace('.', '/')}${type === 'deletes' ? '_deletes' : ''}.csv`;
}

/**
 * Some files name the removed rows as an extract of their own (`…_deletes`, `…_deleted__sys`). It belongs to the extract
 * without that ending, unless an object of that very name exists.
 */
function withBaseName(line: ManifestLine, { registry, lines }: ArchiveContent): ManifestLine {
  const base = line.extract.replace(/_deletes$/, '').replace(/_deleted__(\w+)$/, '__$1');
  const isKnown = registry.has(base) || lines.some(({ extract }) => extract === base);
  if (base === line.extract || registry.has(line.extract) || !isKnown) return line;
  return { ...line, extract: base, type: 'deletes' };
}

/**
 * A Full and a log day say what every table is; an incremental file counts where it brings rows or a new schema. A file
 * without promised rows is read as well: whatever it holds must not be lost without a word.
 */
function isWorthStaging({ schemaMatters, updates, deletes }: ExtractPlan): boolean {
  return schemaMatters || [updates, deletes].some(({ file, records }) => records > 0 || file !== undefined);
}

/** Gone for good: an extract that was made anew in the same window is in the registry again. */
function goneExtracts({ metadataDeletes, registry }: ArchiveContent): ReadonlySet<string> {
  return new Set(
    metadataDeletes
      .filter(({ extract, column }) => column === 'id' && !registry.has(extract))
      .map(({ extract }) => extract),
  );
}

/** A column that is gone and there again keeps its values: Vault keeps those of a field that was switched off for a while. */
function removals({ metadataDeletes, registry, lines }: ArchiveContent, gone: ReadonlySet<string>): SchemaRemoval[] {
  const tables = tableNames([
    ...registry.keys(),
    ...lines.map(({ extract }) => extract),
    ...metadataDeletes.map(({ extract }) => extract),
  ]);
  const table = (extract: string): string => tables.get(extract) ?? extract;
  const columns = metadataDeletes.filter(
    ({ extract, column }) => !gone.has(extract) && registry.get(extract)?.has(column) !== true,
  );
  return [
    ...[...gone].map((extract) => ({ extract, table: table(extract) })),
    ...columns.map(({ extract, column }) => ({ extract, table: table(extract), column: boundedName(column) })),
  ];
}

const KNOWN = new Set(['manifest.csv', 'metadata_full.csv', 'metadata/metadata.csv', 'metadata/metadata_deletes.csv']);

/**
 * Members that no line of the manifest names. Rows among the data that nobody counted could be lost without a word, so
 * there the load stops; other files (Veeva adds some now and then) are only reported.
 */
function unlisted({ tree, archive, lines, registry }: ArchiveContent, plans: readonly ExtractPlan[]): string[] {
  const used = new Set(plans.flatMap(({ updates, deletes }) => [updates.file?.path, deletes.file?.path]));
  const extracts = [...registry.keys(), ...lines.map(({ extract }) => extract)];
  const folders = new Set(extracts.map((extract) => extract.slice(0, extract.indexOf('.')).toLowerCase()));
  const others = [...tree.members].filter(([path, member]) => !KNOWN.has(path) && !used.has(member.path));
  const data = others.find(([path]) => isData(path, folders));
  if (data !== undefined) {
    throw new DataFailure(
      'E_ARCHIVE_FILE_UNLISTED',
      `The archive ${archive} holds "${data[1].member}", which manifest.csv does not name, so its rows can neither be counted nor placed. ` +
        `Nothing was loaded. Re-run the window; if it stays, ask Veeva to publish the file again.`,
      { details: { archive, member: data[1].member } },
    );
  }
  return others.map(([, { member }]) => member);
}

function isData(path: string, folders: ReadonlySet<string>): boolean {
  const [folder = '', name = ''] = path.split('/');
  const isVaultMetadata = name === 'object.csv' || name === 'document.csv' || folder === 'metadata';
  return folders.has(folder) && name.endsWith('.csv') && !isVaultMetadata;
}
