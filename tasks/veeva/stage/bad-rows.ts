import { DataFailure, type Log, type QuarantinedRow } from '#framework';
import type { BadRow, BadRowPolicy, Converted } from '#tasks/parquet';

/** What becomes of rows that no target can hold. */
export interface BadRowOptions {
  /** `fail`: the first one stops the window. */
  readonly rows: 'fail' | 'quarantine';
  /** NUL and invalid UTF-8 in a text: a bad row, or `U+FFFD` in place of each. */
  readonly characters: 'fail' | 'replace';
  /** Most rows of a window in quarantine; with one more the window fails. */
  readonly mostRows: number;
  /** Also at most this share of the window's rows. */
  readonly mostPercent?: number | undefined;
}

export const STOP_AT_BAD_ROWS: BadRowOptions = { rows: 'fail', characters: 'fail', mostRows: 0 };

/** The policy as a conversion knows it. */
export function conversionPolicy({ rows, characters, mostRows }: BadRowOptions): BadRowPolicy {
  return {
    atMost: rows === 'quarantine' ? mostRows : 0,
    characters: characters === 'replace' ? 'replace' : 'refuse',
  };
}

type Place = Pick<QuarantinedRow, 'extract' | 'table' | 'side'>;

export function quarantinedRow(place: Place, { line, key, column, code, reason, value, text }: BadRow): QuarantinedRow {
  return {
    ...place,
    line,
    key: JSON.stringify(key),
    ...(column === undefined ? {} : { column }),
    code,
    reason,
    ...(value === undefined ? {} : { value }),
    text,
  };
}

export function reportReplaced({ extract, side }: Place, { replaced }: Converted, log: Log): void {
  if (replaced.values === 0) return;
  const first = replaced.first.map(({ line, key, column }) => ({ line, key: { ...key }, column }));
  log.warn('Characters that no target can store (NUL, invalid UTF-8) were replaced by U+FFFD', {
    extract,
    side,
    values: replaced.values,
    first,
  });
}

interface Counted {
  readonly loaded: number;
  readonly options: BadRowOptions;
}

const MOST_SHOWN = 3;

/**
 * One extract may have no more rows in quarantine than a window may; here all of them are counted together.
 * @throws DataFailure `E_QUARANTINE_FULL`
 */
export function requireRoom(rows: readonly QuarantinedRow[], { loaded, options }: Counted): void {
  const { mostRows, mostPercent } = options;
  const percent = (100 * rows.length) / Math.max(1, rows.length + loaded);
  const isOverShare = mostPercent !== undefined && percent > mostPercent;
  if (rows.length <= mostRows && !isOverShare) return;
  const limit = rows.length > mostRows ? `${mostRows} rows (QUARANTINE_ROWS)` : `${mostPercent} % (QUARANTINE_PERCENT)`;
  const shown = rows.slice(0, MOST_SHOWN).map(rowSentence);
  throw new DataFailure(
    'E_QUARANTINE_FULL',
    `${rows.length} of ${rows.length + loaded} rows of the window cannot be loaded; at most ${limit} may be set aside. Nothing was loaded. ` +
      `The first: ${shown.join(' ')} Correct them in the source, or raise the limit: the target then keeps older versions of these rows.`,
    { details: { rows: rows.length, loaded, first: shown } },
  );
}

/** Says of a window that is loaded without some of its rows what that means. */
export function reportQuarantined(rows: readonly QuarantinedRow[], log: Log): void {
  if (rows.length === 0) return;
  log.warn(
    'Rows that cannot be loaded are in windrow_quarantine instead of their tables. Of a changed row the target keeps the older ' +
      'version, also where a Full replaces the others, and of a deleted one the row itself, until a later window brings the row in a good form',
    { rows: rows.length, first: rows.slice(0, MOST_SHOWN).map(rowSentence) },
  );
}

function rowSentence({ extract, side, line, key, column, reason }: QuarantinedRow): string {
  const where = column === undefined ? '' : `, column "${column}"`;
  return `${extract} ${side}, line ${line}, key ${key}${where}: ${reason}.`;
}
