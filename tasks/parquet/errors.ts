import { createReadStream } from 'node:fs';

import { DataFailure } from '#framework';

import type { RefusalCode } from './csv/refused.ts';
import type { Refusal } from './thread/messages.ts';

const EXPECTED: Readonly<Record<RefusalCode, string>> = {
  E_CSV_TOO_MANY_FIELDS: 'has more fields than the header names. Expected at most one field per column',
  E_CSV_STRAY_QUOTE:
    'has a quote that neither opens nor closes a field. Expected quotes around a whole field, doubled inside',
  E_CSV_QUOTE_OPEN: 'has a quote that is never closed, or is longer than 16 MB',
  E_TEXT_NUL: 'holds a NUL byte, which no target can store',
  E_TEXT_NOT_UTF8: 'is not valid UTF-8',
  E_TEXT_TOO_LONG: 'is longer than 65,535 bytes, the most that a text column holds',
  E_NUMBER_UNREADABLE: 'is not a number. Expected digits with an optional sign, point and exponent',
  E_NUMBER_TOO_LONG: 'needs more than 38 digits at the scale of its column, or more than 37 behind the point',
  E_BOOLEAN_UNREADABLE: 'is not a boolean. Expected true or false',
  E_DATE_UNREADABLE: 'is not a date. Expected YYYY-MM-DD from 0001-01-01 to 9999-12-31',
  E_TIMESTAMP_UNREADABLE:
    'is not an instant. Expected YYYY-MM-DDTHH:MM:SS.ffffffZ in UTC with at most six digits of a second, years 0001 to 9999',
};

const LONGEST_QUOTE = 80;

export interface RefusedExtract {
  readonly extract: string;
  readonly source: string;
  readonly names: readonly string[];
  readonly key: readonly string[];
  /** Rows of the file before the chunk that refused. */
  readonly rowsBefore: number;
}

/** Says in one sentence which value of which row stopped the conversion, and what was expected. */
export async function refusalFailure(refusal: Refusal, file: RefusedExtract): Promise<DataFailure> {
  const row = file.rowsBefore + refusal.row + 1;
  const line = 1 + (await countLines(file.source, refusal.position));
  const key = Object.fromEntries(refusal.key.map((value, index) => [file.key[index] ?? '', value]));
  const column = refusal.field === undefined ? undefined : file.names[refusal.field];
  const named = Object.entries(key)
    .map(([name, value]) => `${name}=${value}`)
    .join(', ');
  const where = `Extract ${file.extract}, row ${row} (line ${line}${named === '' ? '' : `, ${named}`})`;
  const what = column === undefined ? '' : `, column "${column}": ${quoted(refusal.value ?? '')}`;
  return new DataFailure(
    refusal.code,
    `${where}${what} ${EXPECTED[refusal.code]}. Correct it in the source, or leave the extract out.`,
    { details: { extract: file.extract, row, line, key, column: column ?? null, value: refusal.value ?? null } },
  );
}

function quoted(value: string): string {
  const text = JSON.stringify(value.slice(0, LONGEST_QUOTE));
  return value.length > LONGEST_QUOTE ? `${text}…` : text;
}

async function countLines(path: string, end: number): Promise<number> {
  let lines = 0;
  if (end === 0) return 0;
  for await (const chunk of createReadStream(path, { end: end - 1 })) {
    const bytes: Buffer = chunk;
    for (let position = bytes.indexOf(10); position >= 0; position = bytes.indexOf(10, position + 1)) lines += 1;
  }
  return lines;
}
