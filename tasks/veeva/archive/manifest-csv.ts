import { DataFailure } from '#framework';

import type { ExtractKind } from '../files/extract-kind.ts';
import { type CsvFile, readCsv, required } from './csv-records.ts';

/** One line of manifest.csv: the new and changed rows of an extract, or the removed ones. */
export interface ManifestLine {
  /** `Object.product__v` */
  readonly extract: string;
  readonly label: string;
  readonly type: 'updates' | 'deletes';
  readonly records: number;
  /** Path inside the archive; undefined where there are no records. */
  readonly file: string | undefined;
}

/** Names of Vault are a fifth as long; longer ones would only come out of damage. */
const LONGEST_NAME = 255;

/** @throws DataFailure `E_ARCHIVE_MANIFEST_UNREADABLE` when a line cannot be read or stands there twice */
export async function readManifestCsv(file: CsvFile, kind: ExtractKind): Promise<ManifestLine[]> {
  const lines: ManifestLine[] = [];
  await readCsv(file, (record) => lines.push(readLine(record, file.member, kind)));
  const seen = new Set<string>();
  for (const { extract, type } of lines) {
    const name = `${extract} ${type}`;
    if (seen.has(name)) throw unreadable(file.member, `lists ${extract} (${type}) twice`);
    seen.add(name);
  }
  return lines;
}

function readLine(record: ReadonlyMap<string, string>, member: string, kind: ExtractKind): ManifestLine {
  const extract = required(record, 'extract', member);
  const type = readType(record, extract, { member, kind });
  const records = required(record, 'records', member);
  const file = record.get('file') ?? '';
  if (!/^\d{1,15}$/.test(records)) throw unreadable(member, `gives ${extract} the number of records "${records}"`);
  if (extract.length > LONGEST_NAME)
    throw unreadable(member, `names an extract by ${extract.length} characters ("${extract.slice(0, 60)}…")`);
  if (!/^[\w -]+\.[\w-]+$/.test(extract))
    throw unreadable(
      member,
      `names the extract "${extract}"; expected a component and a name, such as Object.product__v`,
    );
  return {
    extract,
    label: record.get('extract_label') ?? '',
    type,
    records: Number(records),
    file: file === '' ? undefined : file,
  };
}

/** Fulls and logs may come without types, and then hold nothing but updates; in an incremental file removed rows would become new ones. */
function readType(
  record: ReadonlyMap<string, string>,
  extract: string,
  { member, kind }: { readonly member: string; readonly kind: ExtractKind },
): ManifestLine['type'] {
  const text = record.get('type') ?? '';
  const type = text === '' && kind !== 'incremental' ? 'updates' : text.toLowerCase();
  if (type === 'updates' || type === 'deletes') return type;
  if (text !== '') throw unreadable(member, `gives ${extract} the type "${text}"; known are updates and deletes`);
  throw unreadable(
    member,
    `does not say in the column "type" whether the rows of ${extract} are new (updates) or removed (deletes)`,
  );
}

function unreadable(member: string, what: string): DataFailure {
  return new DataFailure('E_ARCHIVE_MANIFEST_UNREADABLE', `${member} ${what}. Ask Veeva to publish the file again.`, {
    details: { member },
  });
}
