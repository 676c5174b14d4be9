import { dayText, padded } from '../columns/calendar.ts';
import { decimalText } from '../columns/decimal-text.ts';
import type { AnyColumn } from '../columns/open-column.ts';
import type { TextColumn } from '../columns/text-column.ts';
import type { TimestampColumn } from '../columns/timestamp-column.ts';
import { OutputFile } from './output-file.ts';
import type { RowSink } from './row-sink.ts';

const QUOTE = 0x22;
const COMMA = 0x2c;
const LINE_FEED = 0x0a;
const LONGEST_PLAIN = 48;
const MICROS_PER_DAY = 86_400_000_000n;

/** One CSV file without a header; text always quoted, NULL an empty field. */
export function openCsvSink(path: string): RowSink {
  const file = new OutputFile(path);
  return {
    write: async (columns, rows) => file.write(csvBytes(columns, rows)),
    close: async () => file.close(),
    discard: () => file.discard(),
  };
}

function csvBytes(columns: readonly AnyColumn[], rows: number): Uint8Array {
  const target = Buffer.allocUnsafe(columns.reduce((sum, column) => sum + mostBytes(column, rows), rows));
  const [only] = columns;
  let end = 0;
  for (let row = 0; row < rows; row += 1) {
    for (const column of columns) {
      if (!column.validity.isNull(row)) end = writeValue(column, row, { target, end });
      // An empty line would be no row: the only field of a row is NULL in its quoted form.
      else if (only === column && columns.length === 1) end += target.write('""', end, 'latin1');
      target[end] = COMMA;
      end += 1;
    }
    target[end - 1] = LINE_FEED;
  }
  return target.subarray(0, end);
}

function mostBytes(column: AnyColumn, rows: number): number {
  return column.kind === 'text' ? 2 * column.size + 3 * rows : LONGEST_PLAIN * rows;
}

interface Place {
  readonly target: Buffer;
  readonly end: number;
}

function writeValue(column: AnyColumn, row: number, place: Place): number {
  if (column.kind === 'text') return writeText(column, row, place);
  return place.end + place.target.write(plainText(column, row), place.end, 'latin1');
}

function plainText(column: Exclude<AnyColumn, TextColumn>, row: number): string {
  switch (column.kind) {
    case 'number':
      return decimalText(column.unscaled(row), column.scale);
    case 'boolean':
      return column.isTrue(row) ? 'true' : 'false';
    case 'date':
      return dayText(column.days[row] ?? 0);
    case 'timestamp':
      return timestampText(column, row);
  }
}

/** `2026-01-20 13:20:11.000000`, in UTC: the form that needs no TIMEFORMAT and that 'auto' reads too. */
function timestampText(column: TimestampColumn, row: number): string {
  const micros = (BigInt(column.words[2 * row + 1] ?? 0) << 32n) | BigInt((column.words[2 * row] ?? 0) >>> 0);
  const rest = ((micros % MICROS_PER_DAY) + MICROS_PER_DAY) % MICROS_PER_DAY;
  const seconds = Math.floor(Number(rest) / 1_000_000);
  const clock = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60].map((part) =>
    padded(part, 2),
  );
  const day = dayText(Number((micros - rest) / MICROS_PER_DAY));
  return `${day} ${clock.join(':')}.${padded(Number(rest) % 1_000_000, 6)}`;
}

function writeText(column: TextColumn, row: number, { target, end }: Place): number {
  const { values, offsets } = column;
  const to = offsets[row + 1] ?? 0;
  let position = end;
  target[position] = QUOTE;
  position += 1;
  for (let index = column.startOf(row); index < to; index += 1) {
    const byte = values[index] ?? 0;
    target[position] = byte;
    position += 1;
    if (byte === QUOTE) {
      target[position] = QUOTE;
      position += 1;
    }
  }
  target[position] = QUOTE;
  return position + 1;
}
