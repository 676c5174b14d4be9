import { DataFailure } from '#framework';

import { limitOf, pinText } from './column-limits.ts';
import type { ConvertRequest } from './conversion.ts';
import type { RefusalCode } from './csv/refused.ts';
import { lineNumbers } from './line-numbers.ts';
import type { Refusal, SetAside } from './thread/messages.ts';

const EXPECTED: Readonly<Record<RefusalCode, string>> = {
  E_CSV_TOO_MANY_FIELDS: 'has more fields than the header names. Expected at most one field per column',
  E_CSV_STRAY_QUOTE:
    'has a quote that neither opens nor closes a field. Expected quotes around a whole field, doubled inside',
  E_CSV_QUOTE_OPEN: 'has a quote that is never closed, or is longer than 16 MB',
  E_KEY_MISSING: 'has no value, and no other column of the key has one. Expected a key for every row',
  E_TEXT_NUL: 'holds a NUL byte, which no target can store',
  E_TEXT_NOT_UTF8: 'is not valid UTF-8',
  E_TEXT_TOO_LONG:
    'is longer than 65,535 bytes, the most that a text column holds (ON_LONG_TEXT=super or split: 4,000,000)',
  E_VALUE_PINNED: 'the type that its column is pinned to ("columns" in connector_config.json)',
  E_NUMBER_UNREADABLE: 'is not a number. Expected digits with an optional sign, point and exponent',
  E_NUMBER_TOO_LONG: 'needs more than 38 digits at the scale of its column, or more than 37 behind the point',
  E_BOOLEAN_UNREADABLE: 'is not a boolean. Expected true or false',
  E_DATE_UNREADABLE: 'is not a date. Expected YYYY-MM-DD from 0001-01-01 to 9999-12-31',
  E_TIMESTAMP_UNREADABLE:
    'is not an instant. Expected YYYY-MM-DDTHH:MM:SS.ffffffZ in UTC with at most six digits of a second, years 0001 to 9999',
};

const LONGEST_QUOTE = 80;

/** The extract that a failure names. */
export interface ConvertedExtract {
  readonly extract: string;
  readonly source: string;
  readonly names: readonly string[];
  readonly key: readonly string[];
  readonly limits: ConvertRequest['limits'];
}

interface RefusedExtract extends ConvertedExtract {
  /** Rows of the file before the chunk that refused. */
  readonly rowsBefore: number;
}

/** Says in one sentence which value of which row stopped the conversion, and what was expected. */
export async function refusalFailure(refusal: Refusal, file: RefusedExtract): Promise<DataFailure> {
  const [line = 0] = await lineNumbers(file.source, [refusal.position]);
  return rowFailure(refusal, { file, line, row: file.rowsBefore + refusal.row + 1 });
}

/** As `refusalFailure`; where bad rows may be set aside, it says how many. */
export async function overfullFailure(bad: SetAside, file: ConvertedExtract, atMost: number): Promise<DataFailure> {
  const [line = 0] = await lineNumbers(file.source, [bad.position]);
  const failure = rowFailure(bad, { file, line });
  if (atMost === 0) return failure;
  return new DataFailure(
    'E_QUARANTINE_FULL',
    `Extract ${file.extract} has more than ${atMost} rows that cannot be loaded, the most that may be set aside. Nothing was loaded. One of them: ${failure.message}`,
    { details: { ...failure.details, code: bad.code, atMost } },
  );
}

/** What is wrong with a row: `is not a number. Expected digits …`. */
export function expectation(code: RefusalCode, column: string | undefined, file: ConvertedExtract): string {
  const limit = column === undefined ? undefined : limitOf(column, file);
  return code === 'E_VALUE_PINNED' && limit?.kind === 'pinned'
    ? `does not fit ${pinText(limit.type)}, ${EXPECTED[code]}`
    : EXPECTED[code];
}

/** Values of the key by column. */
export function keyOf(values: readonly string[], names: readonly string[]): Record<string, string> {
  return Object.fromEntries(values.map((value, index) => [names[index] ?? '', value]));
}

interface RowPlace {
  readonly file: ConvertedExtract;
  readonly line: number;
  readonly row?: number;
}

function rowFailure(bad: Omit<Refusal, 'kind' | 'row'>, { file, line, row }: RowPlace): DataFailure {
  const { extract } = file;
  const key = keyOf(bad.key, file.key);
  const column = bad.field === undefined ? undefined : file.names[bad.field];
  const named = Object.entries(key).map(([name, value]) => `${name}=${value}`);
  const inside = (row === undefined ? named : [`line ${line}`, ...named]).join(', ');
  const where = `${row === undefined ? `line ${line}` : `row ${row}`}${inside === '' ? '' : ` (${inside})`}`;
  const length = bad.bytes === undefined ? '' : ` of ${bad.bytes} bytes`;
  const what = column === undefined ? '' : `, column "${column}": ${quoted(bad.value ?? '')}${length}`;
  return new DataFailure(
    bad.code,
    `Extract ${extract}, ${where}${what} ${expectation(bad.code, column, file)}. Correct it in the source, or leave the extract out.`,
    {
      details: {
        extract,
        row: row ?? null,
        line,
        key,
        column: column ?? null,
        value: bad.value ?? null,
        bytes: bad.bytes ?? null,
      },
    },
  );
}

function quoted(value: string): string {
  const text = JSON.stringify(value.slice(0, LONGEST_QUOTE));
  return value.length > LONGEST_QUOTE ? `${text}…` : text;
}
