import { Bug } from '#framework';
import { type ArchiveEntry, memberOf } from '../archive/entry.ts';
import { changeCell, insertColumn, readCsv, removeColumn, renameColumn, writeCsv } from './csv-edit.ts';
import type { ArchiveFault } from './fault.ts';
import type { LayoutFault } from './layout-faults.ts';

/** Faults that change what a member holds. */
export type ContentFault = Exclude<ArchiveFault, LayoutFault>;
type Of<Kind extends ContentFault['kind']> = Extract<ContentFault, { kind: Kind }>;

type Entries = readonly ArchiveEntry[];
type Rows = readonly (readonly string[])[];

export function applyContentFault(entries: Entries, fault: ContentFault): Entries {
  switch (fault.kind) {
    case 'manifest_without_type':
      return edit(entries, isManifest, (rows) => removeColumn(rows, 'type'));
    case 'records_mismatch':
      return edit(entries, isManifest, (rows) => miscount(rows, fault));
    case 'delete_extract_suffix':
      return nameDeletes(entries, fault.suffix);
    case 'extra_metadata_column':
      return edit(entries, isMetadata, (rows) => insertColumn(rows, fault.at, fault.name));
    case 'metadata_date_name':
      return edit(entries, isMetadata, (rows) => renameColumn(rows, 'modified_date', fault.name));
    case 'metadata_type':
      return edit(entries, isMetadata, (rows) => retype(rows, fault));
    case 'value':
      return edit(
        entries,
        (name) => name === memberOf(fault.extract),
        (rows) => changeCell(rows, fault),
      );
    case 'bytes':
      return putBytes(entries, fault);
  }
}

function isManifest(name: string): boolean {
  return name === 'manifest.csv';
}

function isMetadata(name: string): boolean {
  return name === 'metadata_full.csv' || name === memberOf('Metadata.metadata');
}

/** Refuses a fault that meets no member, so that a test cannot pass because its fault never happened. */
function edit(entries: Entries, matches: (name: string) => boolean, change: (rows: Rows) => Rows): Entries {
  if (!entries.some((entry) => matches(entry.name))) {
    throw new Bug('E_SANDBOX_FAULT_MISSES', 'An archive fault names a member that the archive does not hold.');
  }
  return entries.map((entry) =>
    matches(entry.name) ? { ...entry, body: Buffer.from(writeCsv(change(readCsv(entry.body)))) } : entry,
  );
}

/** A mark takes the place of the bytes while the member is text. */
function putBytes(entries: Entries, fault: Of<'bytes'>): Entries {
  const member = memberOf(fault.extract);
  const marked = edit(
    entries,
    (name) => name === member,
    (rows) => changeCell(rows, { ...fault, value: MARK }),
  );
  return marked.map((entry) => (entry.name === member ? { ...entry, body: unmarked(entry.body, fault.hex) } : entry));
}

const MARK = '<the bytes of a fault>';

function unmarked(body: Buffer, hex: string): Buffer {
  const at = body.indexOf(MARK);
  return Buffer.concat([body.subarray(0, at), Buffer.from(hex, 'hex'), body.subarray(at + MARK.length)]);
}

function miscount(rows: Rows, { extract, by }: Of<'records_mismatch'>): Rows {
  return rows.map((row) =>
    row[0] === extract && row[2] === 'updates' ? row.with(3, String(Number(row[3] ?? '0') + by)) : row,
  );
}

/** Extract, column and type stand in the second, fourth and sixth column. */
function retype(rows: Rows, { extract, column, type }: Of<'metadata_type'>): Rows {
  return rows.map((row) => (row[1] === extract && row[3] === column ? row.with(5, type) : row));
}

/** Files are named after the extracts in both forms. */
function nameDeletes(entries: Entries, suffix: Of<'delete_extract_suffix'>['suffix']): Entries {
  const renamed = entries.map((entry) => ({ ...entry, name: deletesName(entry.name, suffix) }));
  return edit(renamed, isManifest, (rows) =>
    rows.map((row) => {
      if (row[2] !== 'deletes') return row;
      const [extract = '', , , , file = ''] = row;
      return row.with(0, deletesName(`${extract}_deletes`, suffix)).with(4, deletesName(file, suffix));
    }),
  );
}

/** Only extracts of Vault itself are known by `_deleted__sys`. */
function deletesName(name: string, suffix: Of<'delete_extract_suffix'>['suffix']): string {
  return suffix === '_deletes' ? name : name.replace(/__sys_deletes(\.csv)?$/, '_deleted__sys$1');
}
