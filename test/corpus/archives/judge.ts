import { gunzipSync } from 'node:zlib';

import { parse } from 'csv-parse/sync';

import {
  type Column,
  type ColumnType,
  type ObjectStore,
  type StageManifest,
  type StagedFile,
  type StagedTable,
  boundedName,
} from '#framework';

import { nameOf, readTar, typeOf } from './tar-bytes.ts';

type Rows = readonly (readonly string[])[];
type Members = ReadonlyMap<string, Buffer>;

/** What is wrong with a stage that was accepted: nothing, when it holds what an independent reader finds in the archive. */
export async function judge(archive: Buffer, manifest: StageManifest, store: ObjectStore): Promise<string | undefined> {
  try {
    const members = readMembers(archive);
    const staged = new Map(manifest.tables.map((table) => [table.extract, table]));
    const gone = manifest.removals.flatMap(({ extract, column }) => (column === undefined ? [extract] : []));
    for (const line of manifestLines(members)) {
      if (gone.includes(line.extract)) continue;
      const problem = await judgeLine(line, staged.get(line.extract), { members, manifest, store });
      if (problem !== undefined) return problem;
    }
    const named = new Set(manifestLines(members).map(({ member }) => member));
    const unnamed = [...members.keys()].find((member) => DATA.test(member) && !named.has(member));
    return unnamed === undefined ? undefined : `${unnamed} was left out`;
  } catch (error) {
    return `accepted, although another reader finds: ${error instanceof Error ? error.message : String(error)}`;
  }
}

const DATA = /^(object|document|picklist|workflow|log)\/(?!(object|document)\.csv$).+\.csv$/;

interface Line {
  readonly extract: string;
  readonly part: 'updates' | 'deletes';
  readonly records: number;
  readonly member: string;
}

function manifestLines(members: Members): Line[] {
  const text = members.get('manifest.csv');
  if (text === undefined) throw new Error('no manifest.csv');
  return csvRecords(text).map((record) => {
    // Names of columns are read in any case, and a flipped bit makes `Extract` of `extract`.
    const line = new Map([...record].map(([name, value]) => [name.toLowerCase(), value]));
    const [extract = '', type = '', records = '', file = ''] = ['extract', 'type', 'records', 'file'].map((name) =>
      line.get(name),
    );
    const part = type.toLowerCase() === 'deletes' ? 'deletes' : 'updates';
    const usual = `${extract.replace('.', '/')}${part === 'deletes' ? '_deletes' : ''}.csv`;
    return { extract, part, records: Number(records), member: (file === '' ? usual : file).toLowerCase() };
  });
}

interface Judging {
  readonly members: Members;
  readonly manifest: StageManifest;
  readonly store: ObjectStore;
}

async function judgeLine(
  { extract, part, records, member }: Line,
  table: StagedTable | undefined,
  { members, manifest, store }: Judging,
): Promise<string | undefined> {
  const body = members.get(member);
  const rows = body === undefined ? [] : csvRecords(body);
  if (rows.length !== records) return `${extract} ${part}: ${rows.length} rows in the archive, promised ${records}`;
  if (records === 0) return undefined;
  if (table === undefined) return `${extract} is not staged, although it has ${records} ${part}`;
  const { key, columns } = table.schema;
  const keys = key.flatMap((name) => columns.filter((column) => column.name === name));
  const ordered = part === 'deletes' ? keys : columns;
  const expected = rows.map((row) => ordered.map(({ name }) => row.get(name) ?? longNamed(row, name)));
  return difference(extract, {
    expected,
    found: await stagedRows(table[part].files, manifest, store),
    columns: ordered,
  });
}

/** A column whose name no target takes whole stands under a shorter one. */
function longNamed(row: ReadonlyMap<string, string>, name: string): string {
  const [, value = ''] = [...row].find(([column]) => boundedName(column) === name) ?? [];
  return value;
}

function difference(
  extract: string,
  { expected, found, columns }: { readonly expected: Rows; readonly found: Rows; readonly columns: readonly Column[] },
): string | undefined {
  if (expected.length !== found.length) return `${extract}: ${found.length} rows instead of ${expected.length}`;
  for (const [row, values] of expected.entries()) {
    for (const [index, value] of values.entries()) {
      const kind = columns[index]?.type.kind ?? 'text';
      const other = found[row]?.[index] ?? '';
      if (plain(value, kind) !== plain(other, kind))
        return `${extract} row ${row} ${columns[index]?.name}: ${JSON.stringify(value.slice(0, 80))} became ${JSON.stringify(other.slice(0, 80))}`;
    }
  }
  return undefined;
}

function readMembers(archive: Buffer): Members {
  const tar = readTar(gunzipSync(archive));
  if (tar === undefined) throw new Error('a damaged tar');
  const files = tar.filter((member) => typeOf(member) === '0' || typeOf(member) === '7');
  const named = files.map(
    (member) =>
      [
        nameOf(member)
          .toLowerCase()
          .replace(/^(\.\/)+/, ''),
        member.body,
      ] as const,
  );
  const members = new Map(named);
  if (members.size !== named.length) throw new Error('a member twice');
  return members;
}

async function stagedRows(
  files: readonly StagedFile[],
  { location }: StageManifest,
  store: ObjectStore,
): Promise<Rows> {
  const rows: string[][] = [];
  for (const { key } of files) {
    const text = await store.findText(`${location}${key}`.replace(store.url(''), ''));
    const read: string[][] = parse(text ?? '', { record_delimiter: '\n' });
    rows.push(...read);
  }
  return rows;
}

/** Rows by column name, as another reader sees them. */
function csvRecords(body: Buffer): ReadonlyMap<string, string>[] {
  const text = body.toString();
  const crlf = /^[^\n]*\r\n/.test(text);
  const rows: string[][] = parse(text, {
    bom: true,
    relax_column_count_less: true,
    skip_empty_lines: true,
    record_delimiter: crlf ? ['\r\n', '\n'] : '\n',
  });
  const [header = [], ...others] = rows;
  return others.map((row) => new Map(header.map((name, index) => [name, row[index] ?? ''])));
}

/** One spelling for equal numbers and equal moments. */
function plain(value: string, kind: ColumnType['kind']): string {
  if (value === '' || kind === 'text' || kind === 'boolean' || kind === 'date') return value;
  return kind === 'timestamp' ? plainMoment(value) : plainNumber(value);
}

function plainMoment(value: string): string {
  const [, minute = '', seconds = '00', fraction = ''] =
    /^(\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2})(?::(\d{2})(?:\.(\d+))?)?(?:Z|\+00:00)?$/.exec(value) ?? [];
  return `${minute.replace('T', ' ')}:${seconds}.${fraction.padEnd(6, '0')}`;
}

function plainNumber(value: string): string {
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = /^([+-]?)(\d*)\.?(\d*)(?:[eE]([+-]?\d+))?$/.exec(
    value,
  ) ?? ['', '?', value];
  const digits = (whole + fraction).replace(/^0+/, '');
  const trimmed = digits.replace(/0+$/, '');
  const scale = Number(exponent) - fraction.length + digits.length - trimmed.length;
  return trimmed === '' ? '0' : `${sign === '-' ? '-' : ''}${trimmed}e${scale}`;
}
