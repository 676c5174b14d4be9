import { type CsvFile, readCsv, required } from './csv-records.ts';

/** What Vault says about one column of an extract. */
export interface ColumnFacts {
  readonly column: string;
  readonly label: string;
  /** Vault's own word: `String`, `Picklist`, `DateTime`, … */
  readonly type: string;
  /** In characters and advisory: real values are longer at times. */
  readonly length: number | undefined;
}

/** Columns by extract name, in the order of the metadata file. */
export type Registry = ReadonlyMap<string, ReadonlyMap<string, ColumnFacts>>;

/** Reads metadata.csv or metadata_full.csv; columns that Windrow does not know are left alone. */
export async function readMetadata(files: readonly CsvFile[]): Promise<Registry> {
  const registry = new Map<string, Map<string, ColumnFacts>>();
  for (const file of files) {
    await readCsv(file, (record) => {
      const extract = required(record, 'extract', file.member);
      const facts = readFacts(record, file.member);
      registry.set(extract, (registry.get(extract) ?? new Map<string, ColumnFacts>()).set(facts.column, facts));
    });
  }
  return registry;
}

function readFacts(record: ReadonlyMap<string, string>, member: string): ColumnFacts {
  const length = Number(record.get('length') ?? '');
  return {
    column: required(record, 'column_name', member),
    label: record.get('column_label') ?? '',
    type: required(record, 'type', member),
    length: Number.isInteger(length) && length > 0 ? length : undefined,
  };
}

/** A column that is gone; column `id` means that the whole extract is gone. */
export interface MetadataDelete {
  readonly extract: string;
  readonly column: string;
}

export async function readMetadataDeletes(file: CsvFile): Promise<MetadataDelete[]> {
  const deletes: MetadataDelete[] = [];
  await readCsv(file, (record) =>
    deletes.push({
      extract: required(record, 'extract', file.member),
      column: required(record, 'column_name', file.member),
    }),
  );
  return deletes;
}
