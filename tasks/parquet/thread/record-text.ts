import type { FieldBlock } from '../csv/field-block.ts';

const QUOTE = 0x22;
const LONGEST_TEXT = 16_000;

/** A part of the bytes at hand: [from, to). */
export interface RecordSpan {
  readonly from: number;
  readonly to: number;
}

/** Where a record lies whose fields were found. Those that it lacks lie nowhere. */
export function recordSpan({ bytes, starts, ends, width }: FieldBlock, row: number): RecordSpan {
  const first = row * width;
  const start = starts[first] ?? 0;
  const end = ends.subarray(first, first + width).reduce((most, one) => Math.max(most, one), start);
  return { from: bytes[start - 1] === QUOTE ? start - 1 : start, to: bytes[end] === QUOTE ? end + 1 : end };
}

/** Bytes as text that every target can store; cut between characters. */
export function shownText(bytes: Buffer, { from, to }: RecordSpan, most = LONGEST_TEXT): string {
  let end = Math.min(to, from + most);
  while (end < to && end > from && ((bytes[end] ?? 0) & 0xc0) === 0x80) end -= 1;
  return storable(bytes.toString('utf8', from, end));
}

/** A NUL is shown as its symbol. */
function storable(text: string): string {
  return text.replaceAll('\0', '\u2400');
}

/** Length of a field as a value: of two doubled quotes one counts. */
export function textBytes({ bytes, starts, ends, escaped, width }: FieldBlock, row: number, field: number): number {
  const index = row * width + field;
  const value = bytes.subarray(starts[index], ends[index]);
  if (escaped[index] !== 1) return value.length;
  return value.length - value.reduce((quotes, byte) => quotes + (byte === QUOTE ? 1 : 0), 0) / 2;
}
