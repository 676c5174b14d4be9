import { csvText } from './csv.ts';

export interface ManifestRow {
  readonly extract: string;
  readonly label: string;
  readonly type: 'updates' | 'deletes';
  readonly records: number;
  /** Empty where no file was written because there are no records. */
  readonly file: string;
}

export function manifestCsv(rows: readonly ManifestRow[]): string {
  const lines = rows.map((row) => [row.extract, row.label, row.type, String(row.records), row.file]);
  return csvText([['extract', 'extract_label', 'type', 'records', 'file'], ...lines]);
}
