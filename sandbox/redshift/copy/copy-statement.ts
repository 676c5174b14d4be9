import { Cursor, type QualifiedName, splitAtCommas } from '../sql/cursor.ts';
import { RedshiftError } from '../sql/redshift-error.ts';

export interface CopyStatement {
  readonly table: QualifiedName;
  /** Columns named in the statement, or undefined for all of the table's. */
  readonly columns: readonly string[] | undefined;
  /** `s3://bucket/prefix-or-manifest` */
  readonly from: string;
  readonly options: CopyOptions;
}

export interface CopyOptions {
  format: 'csv' | 'parquet' | undefined;
  isAuthorized: boolean;
  manifest: boolean;
  region: string | undefined;
  fillRecord: boolean;
  explicitIds: boolean;
  /** The replacement character, or undefined where bad UTF-8 is an error. */
  acceptInvalidCharacters: string | undefined;
  delimiter: string;
  quote: string;
  ignoreHeader: number;
  nullAs: string;
  emptyAsNull: boolean;
  blanksAsNull: boolean;
  dateFormat: string;
  timeFormat: string;
  acceptAnyDate: boolean;
  gzip: boolean;
  mostErrors: number;
  truncateColumns: boolean;
  trimBlanks: boolean;
  roundDecimals: boolean;
  ignoreBlankLines: boolean;
  noLoad: boolean;
  /** Words used, to refuse those that a format excludes. */
  readonly used: Set<string>;
}

/** `copy`, after that word. */
export function readCopy(cursor: Cursor): CopyStatement {
  const table = cursor.qualifiedName();
  const columns = cursor.isSymbol('(')
    ? splitAtCommas(cursor.bracketed()).map((part) => new Cursor(part).name())
    : undefined;
  cursor.expectWord('from');
  const from = cursor.literal();
  if (!from.startsWith('s3://'))
    throw new RedshiftError(`the Redshift stand-in copies from s3:// only, not from "${from}"`);
  const options = usualOptions();
  while (!cursor.isAtEnd) readOption(cursor, options);
  refuseOptions(options);
  return { table, columns, from, options };
}

function usualOptions(): CopyOptions {
  return {
    format: undefined,
    isAuthorized: false,
    manifest: false,
    region: undefined,
    fillRecord: false,
    explicitIds: false,
    acceptInvalidCharacters: undefined,
    delimiter: ',',
    quote: '"',
    ignoreHeader: 0,
    nullAs: String.raw`\N`,
    emptyAsNull: false,
    blanksAsNull: false,
    dateFormat: 'YYYY-MM-DD',
    timeFormat: 'YYYY-MM-DD HH:MI:SS',
    acceptAnyDate: false,
    gzip: false,
    mostErrors: 0,
    truncateColumns: false,
    trimBlanks: false,
    roundDecimals: false,
    ignoreBlankLines: false,
    noLoad: false,
    used: new Set(),
  };
}

type Reader = (cursor: Cursor, options: CopyOptions) => void;

const OPTIONS: Readonly<Record<string, Reader>> = {
  iam_role: (cursor, options) => {
    if (!cursor.takeWord('default')) requireRole(cursor.literal());
    options.isAuthorized = true;
  },
  credentials: (cursor, options) => {
    as(cursor).literal();
    options.isAuthorized = true;
  },
  access_key_id: (cursor, options) => {
    cursor.literal();
    options.isAuthorized = true;
  },
  secret_access_key: (cursor) => void cursor.literal(),
  session_token: (cursor) => void cursor.literal(),
  format: (cursor, options) => format(options, as(cursor).name()),
  csv: (_, options) => format(options, 'csv'),
  parquet: (_, options) => format(options, 'parquet'),
  manifest: (_, options) => void (options.manifest = true),
  region: (cursor, options) => void (options.region = as(cursor).literal()),
  fillrecord: (_, options) => void (options.fillRecord = true),
  explicit_ids: (_, options) => void (options.explicitIds = true),
  acceptinvchars: (cursor, options) => {
    as(cursor);
    options.acceptInvalidCharacters = cursor.peek()?.kind === 'string' ? cursor.literal() : '?';
  },
  delimiter: (cursor, options) => void (options.delimiter = oneCharacter(as(cursor))),
  quote: (cursor, options) => void (options.quote = oneCharacter(as(cursor))),
  ignoreheader: (cursor, options) => void (options.ignoreHeader = as(cursor).integer()),
  null: (cursor, options) => void (options.nullAs = as(cursor).literal()),
  emptyasnull: (_, options) => void (options.emptyAsNull = true),
  blanksasnull: (_, options) => void (options.blanksAsNull = true),
  dateformat: (cursor, options) => void (options.dateFormat = as(cursor).literal()),
  timeformat: (cursor, options) => void (options.timeFormat = as(cursor).literal()),
  acceptanydate: (_, options) => void (options.acceptAnyDate = true),
  gzip: (_, options) => void (options.gzip = true),
  maxerror: (cursor, options) => void (options.mostErrors = maximum(as(cursor).integer())),
  compupdate: (cursor) => onOrOff(cursor),
  statupdate: (cursor) => onOrOff(cursor),
  truncatecolumns: (_, options) => void (options.truncateColumns = true),
  trimblanks: (_, options) => void (options.trimBlanks = true),
  roundec: (_, options) => void (options.roundDecimals = true),
  ignoreblanklines: (_, options) => void (options.ignoreBlankLines = true),
  noload: (_, options) => void (options.noLoad = true),
  encoding: (cursor) => {
    if (as(cursor).name() !== 'utf8') throw new RedshiftError('the Redshift stand-in copies ENCODING UTF8 only');
  },
};

const NOT_HERE = new Set(
  'json avro orc shapefile fixedwidth escape removequotes bzip2 lzop zstd ignoreallerrors serializetojson encrypted comprows'.split(
    ' ',
  ),
);

function readOption(cursor: Cursor, options: CopyOptions): void {
  const token = cursor.peek();
  const reader = token?.kind === 'word' ? OPTIONS[token.value] : undefined;
  if (token === undefined || reader === undefined) {
    if (token?.kind === 'word' && NOT_HERE.has(token.value)) {
      throw new RedshiftError(`the Redshift stand-in does not do COPY with ${token.value.toUpperCase()}`);
    }
    throw cursor.syntaxError();
  }
  if (options.used.has(token.value))
    throw new RedshiftError('conflicting or redundant options', { position: token.start + 1 });
  cursor.take();
  options.used.add(token.value);
  reader(cursor, options);
}

function as(cursor: Cursor): Cursor {
  cursor.takeWord('as');
  return cursor;
}

function format(options: CopyOptions, name: string): void {
  if (name !== 'csv' && name !== 'parquet')
    throw new RedshiftError(`the Redshift stand-in copies CSV and PARQUET, not ${name.toUpperCase()}`);
  if (options.format !== undefined) throw new RedshiftError('conflicting or redundant options');
  options.format = name;
}

function requireRole(arns: string): void {
  if (arns.split(',').every((arn) => /^arn:aws[a-z-]*:iam::\d{12}:role\/.+$/.test(arn))) return;
  throw new RedshiftError(
    `Invalid credentials. Must be of the format: iam_role 'arn:aws:iam::<account>:role/<name>', not '${arns}'`,
  );
}

function oneCharacter(cursor: Cursor): string {
  const text = cursor.literal();
  if (text.length === 1 && text.charCodeAt(0) < 128) return text;
  throw new RedshiftError('COPY delimiter and quote must be a single ASCII character');
}

function maximum(errors: number): number {
  if (errors > 100_000) throw new RedshiftError('MAXERROR must be between 0 and 100000');
  return errors;
}

function onOrOff(cursor: Cursor): void {
  if (['on', 'off', 'true', 'false', 'preset'].some((word) => cursor.isWord(word))) cursor.take();
}

const WITH_PARQUET = new Set(
  `iam_role credentials access_key_id secret_access_key session_token format parquet manifest fillrecord acceptinvchars
   statupdate explicit_ids`.split(/\s+/),
);

function refuseOptions(options: CopyOptions): void {
  if (!options.isAuthorized)
    throw new RedshiftError("COPY requires credentials: add IAM_ROLE 'arn:aws:iam::…' or IAM_ROLE default");
  if (options.format === undefined)
    throw new RedshiftError('the Redshift stand-in copies CSV and PARQUET: say FORMAT AS CSV or PARQUET');
  if (options.format === 'csv') return;
  const refused = [...options.used].find((word) => !WITH_PARQUET.has(word));
  if (refused !== undefined)
    throw new RedshiftError(`${refused.toUpperCase()} argument is not supported for PARQUET based COPY`);
}
