import type { ColumnChange } from '../model/change-set.ts';
import { type Extract, extractId, type VaultColumn } from '../model/extract.ts';
import { dateTime } from '../model/values.ts';
import { csvText } from './csv.ts';

export const METADATA_EXTRACT = 'Metadata.metadata';

const HEADER = [
  'modified_date',
  'extract',
  'extract_label',
  'column_name',
  'column_label',
  'type',
  'length',
  'related_extract',
];

/** The whole schema: `metadata_full.csv`, and `Metadata/metadata.csv` of a Full. */
export function fullMetadataCsv(schema: readonly Extract[]): string {
  return csvText([
    HEADER,
    ...schema.flatMap((extract) => extract.columns.map((column) => metadataRow('', extract, column))),
  ]);
}

export function changedMetadataCsv(changes: readonly ColumnChange[]): string {
  return csvText([HEADER, ...changes.map(({ extract, column, at }) => metadataRow(dateTime(at), extract, column))]);
}

export function removedMetadataCsv(changes: readonly ColumnChange[]): string {
  const rows = changes.map(({ extract, column, at }) => [extractId(extract), column.name, dateTime(at)]);
  return csvText([['extract', 'column_name', 'deleted_date'], ...rows]);
}

function metadataRow(modified: string, extract: Extract, column: VaultColumn): string[] {
  const length = column.length === undefined ? '' : String(column.length);
  const { name, label, type, declared = type, related = '' } = column;
  return [modified, extractId(extract), extract.label, name, label, declared, length, related];
}
