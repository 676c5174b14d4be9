import { type FileMetaData, type SchemaElement, parquetMetadata, parquetRead } from 'hyparquet';

import type { ParquetColumn } from './parquet-reader.ts';
import { printed } from './parquet-values.ts';

/** A Parquet file of a few rows, held in memory: DuckDB takes ten times as long to begin as such a file needs. */
export interface SmallParquet {
  readonly columns: readonly ParquetColumn[];
  /** Each value as PostgreSQL reads it; undefined where only DuckDB can read them. */
  readonly rows: () => Promise<readonly (readonly (string | null)[])[] | undefined>;
}

const OWN_CODECS: ReadonlySet<string> = new Set(['UNCOMPRESSED', 'SNAPPY']);

/** Undefined for a file that is damaged or made in a way that is left to DuckDB. */
export function openSmallParquet(bytes: Buffer): SmallParquet | undefined {
  const file = new Uint8Array(bytes).buffer;
  const metadata = metadataOf(file);
  if (metadata === undefined) return undefined;
  const columns = metadata.schema.slice(1).map(columnOf);
  const isFlat = columns.every(({ isNested }) => !isNested);
  const areOwn = metadata.row_groups.every((group) =>
    group.columns.every(({ meta_data: chunk }) => chunk !== undefined && OWN_CODECS.has(chunk.codec)),
  );
  const areNamed = new Set(columns.map(({ name }) => name)).size === columns.length;
  if (!isFlat || !areOwn || !areNamed || metadata.row_groups.length > 1) return undefined;
  return { columns, rows: () => readRows(file, metadata, columns) };
}

function metadataOf(file: ArrayBuffer): FileMetaData | undefined {
  try {
    return parquetMetadata(file);
  } catch {
    // DuckDB says what is wrong with it.
    return undefined;
  }
}

function columnOf(element: SchemaElement): ParquetColumn {
  const children = element.num_children ?? 0;
  return {
    name: element.name,
    physical: element.type ?? 'GROUP',
    length: element.type_length,
    converted: element.converted_type,
    logical: element.logical_type?.type === 'STRING' ? 'StringType()' : undefined,
    precision: element.precision,
    scale: element.scale,
    isOptional: element.repetition_type === 'OPTIONAL',
    isNested: children > 0 || element.repetition_type === 'REPEATED',
  };
}

async function readRows(
  file: ArrayBuffer,
  metadata: FileMetaData,
  columns: readonly ParquetColumn[],
): Promise<readonly (readonly (string | null)[])[] | undefined> {
  const count = Number(metadata.num_rows);
  const rows = Array.from({ length: count }, () => Array.from<string | null>({ length: columns.length }).fill(null));
  const places = new Map(columns.map((column, place) => [column.name, { column, place }]));
  let read = 0;
  let isPrinted = true;
  const onChunk = ({ columnName, columnData, rowStart }: Chunk): void => {
    const found = places.get(columnName);
    if (found === undefined) return;
    read += columnData.length;
    for (let index = 0; index < columnData.length; index += 1) {
      const text = printed(columnData[index], found.column);
      const row = rows[rowStart + index];
      if (text === undefined || row === undefined) isPrinted = false;
      else row[found.place] = text;
    }
  };
  try {
    const stored = { ...metadata, schema: metadata.schema.map(asStored) };
    await parquetRead({ file, metadata: stored, utf8: false, onChunk });
  } catch {
    return undefined;
  }
  return isPrinted && read === count * columns.length ? rows : undefined;
}

interface Chunk {
  readonly columnName: string;
  readonly columnData: ArrayLike<unknown>;
  readonly rowStart: number;
}

/** Values arrive as they are stored: what a type makes of them would be a float for a decimal. */
function asStored({ converted_type: _converted, logical_type: _logical, ...stored }: SchemaElement): SchemaElement {
  return stored;
}
