import type { ChangeSet, Deletion, TableChange } from '../model/change-set.ts';
import { type Extract, extractId } from '../model/extract.ts';
import type { Row } from '../model/table.ts';
import { dateTime } from '../model/values.ts';
import { csvText, extractCsv } from './csv.ts';
import { type ArchiveEntry, fileEntry } from './entry.ts';
import { type ManifestRow, manifestCsv } from './manifest-csv.ts';
import { changedMetadataCsv, fullMetadataCsv, METADATA_EXTRACT, removedMetadataCsv } from './metadata-csv.ts';

/** What an archive holds, before it is packed. */
export interface Contents {
  readonly entries: readonly ArchiveEntry[];
  /** Updates and deletes of every extract; changes of metadata are not counted. */
  readonly records: number;
}

/** The rows of one extract as a Full or a log gives them. */
export interface TableContent {
  readonly extract: Extract;
  readonly rows: Iterable<Row>;
  readonly count: number;
}

/** Metadata does not describe the `others`. */
export function fullContents(tables: readonly TableContent[], others: readonly TableContent[]): Contents {
  const metadata = fullMetadataCsv(tables.map((table) => table.extract));
  const fields = tables.reduce((sum, table) => sum + table.extract.columns.length, 0);
  return contents([part(METADATA_ROW, fields, metadata), ...[...tables, ...others].map(tablePart)], []);
}

export function logContents(tables: readonly TableContent[], schema: readonly Extract[]): Contents {
  return contents(tables.map(tablePart), [fileEntry('metadata_full.csv', fullMetadataCsv(schema))]);
}

export function incrementalContents(changes: ChangeSet): Contents {
  const { addedColumns: added, removedColumns: removed } = changes;
  const metadata = [
    part(METADATA_ROW, added.length, changedMetadataCsv(added)),
    ...optional(part({ ...METADATA_ROW, type: 'deletes' }, removed.length, removedMetadataCsv(removed))),
  ];
  const parts = [...metadata, ...changes.changes.flatMap(changeParts)];
  return contents(parts, [fileEntry('metadata_full.csv', fullMetadataCsv(changes.schema))]);
}

interface Part {
  readonly row: ManifestRow;
  readonly entry: ArchiveEntry | undefined;
}

type PartName = Pick<ManifestRow, 'extract' | 'label' | 'type'>;

const METADATA_ROW: PartName = { extract: METADATA_EXTRACT, label: 'Metadata', type: 'updates' };

function part(name: PartName, records: number, text: string): Part {
  const file = `${name.extract.replace('.', '/')}${name.type === 'deletes' ? '_deletes' : ''}.csv`;
  if (records === 0) return { row: { ...name, records, file: '' }, entry: undefined };
  return { row: { ...name, records, file }, entry: fileEntry(file, text) };
}

/** Deletes are listed only where there are some. */
function optional(candidate: Part): Part[] {
  return candidate.entry === undefined ? [] : [candidate];
}

function tablePart({ extract, rows, count }: TableContent): Part {
  return part(nameOf(extract, 'updates'), count, count === 0 ? '' : extractCsv(extract, rows));
}

function changeParts({ extract, updates, deletes }: TableChange): Part[] {
  return [
    part(nameOf(extract, 'updates'), updates.length, extractCsv(extract, updates)),
    ...optional(part(nameOf(extract, 'deletes'), deletes.length, deletesCsv(extract, deletes))),
  ];
}

function deletesCsv(extract: Extract, deletes: readonly Deletion[]): string {
  return csvText([[...extract.key, 'deleted_date'], ...deletes.map(({ key, at }) => [...key, dateTime(at)])]);
}

function nameOf(extract: Extract, type: ManifestRow['type']): PartName {
  return { extract: extractId(extract), label: extract.label, type };
}

function contents(parts: readonly Part[], others: readonly ArchiveEntry[]): Contents {
  const data = parts.filter(({ row }) => row.extract !== METADATA_EXTRACT);
  const manifest = fileEntry('manifest.csv', manifestCsv(parts.map(({ row }) => row)));
  const files = parts.flatMap(({ entry }) => (entry === undefined ? [] : [entry]));
  return { entries: [manifest, ...others, ...files], records: data.reduce((sum, { row }) => sum + row.records, 0) };
}
