// AssemblyScript: TypeScript's words with WebAssembly's types. Sixteen bytes a step, which JavaScript cannot say. Whoever changes this file runs
// `npm run assembly`, which writes fields.wasm anew. All positions are addresses in the memory that TypeScript lays out in field-memory.ts.

const COMMA: u8 = 0x2c;
const QUOTE: u8 = 0x22;
const LINE_FEED: u8 = 0x0a;
const CARRIAGE_RETURN: u8 = 0x0d;
const STEP: i32 = 16;

/** Position behind the last record that `records` took. */
export let behind: i32 = 0;
/** Bytes that `texts` wrote, and how many of the rows are NULL. */
export let size: i32 = 0;
export let nulls: i32 = 0;

/** Where among the sixteen bytes a field may end. */
// @ts-ignore: decorator
@inline
function borders(at: i32): i32 {
  const bytes = v128.load(at);
  const commas = i8x16.eq(bytes, i8x16.splat(COMMA));
  const quotes = i8x16.eq(bytes, i8x16.splat(QUOTE));
  return i8x16.bitmask(v128.or(v128.or(commas, quotes), i8x16.eq(bytes, i8x16.splat(LINE_FEED))));
}

/** Position of the first quote, or one that is not below `to`. */
// @ts-ignore: decorator
@inline
function quoteFrom(from: i32, to: i32): i32 {
  let position = from;
  while (position < to) {
    const found = i8x16.bitmask(i8x16.eq(v128.load(position), i8x16.splat(QUOTE)));
    if (found != 0) return position + ctz(found);
    position += STEP;
  }
  return position;
}

/**
 * Takes records while they are ordinary: with as many fields as the header has names, every quote in its place, and whole. Stops before any
 * other one, and leaves it to TypeScript to say what that is. Returns how many rows there are then.
 *
 * @param lastStart a record that begins behind this belongs to somebody else
 * @param origin subtracted from what is written
 */
export function records(
  from: i32,
  to: i32,
  lastStart: i32,
  origin: i32,
  width: i32,
  taken: i32,
  capacity: i32,
  crlf: bool,
  starts: i32,
  ends: i32,
  escaped: i32,
): i32 {
  let row = taken;
  let step = from;
  let found = borders(step);
  behind = from;
  while (row < capacity && behind < to && behind <= lastStart) {
    let field = row * width;
    const last = field + width;
    let start = behind;
    for (;;) {
      let first = start;
      let doubled: u8 = 0;
      let end: i32;
      let border: i32;
      let byte: u8;
      if (load<u8>(start) == QUOTE) {
        first = start + 1;
        end = quoteFrom(first, to);
        while (end + 1 < to && load<u8>(end + 1) == QUOTE) {
          doubled = 1;
          end = quoteFrom(end + 2, to);
        }
        if (end + 1 >= to) return row;
        border = end + 1;
        byte = load<u8>(border);
        if (byte == CARRIAGE_RETURN && border + 1 < to) {
          border += 1;
          byte = load<u8>(border);
          if (byte != LINE_FEED) return row;
        }
        if (byte != COMMA && byte != LINE_FEED) return row;
        step = border + 1;
        found = borders(step);
      } else {
        while (found == 0) {
          step += STEP;
          found = borders(step);
        }
        border = step + ctz(found);
        found &= found - 1;
        if (border >= to) return row;
        byte = load<u8>(border);
        if (byte == QUOTE) return row;
        const isPair = crlf && byte == LINE_FEED && border > start && load<u8>(border - 1) == CARRIAGE_RETURN;
        end = isPair ? border - 1 : border;
      }
      store<i32>(starts + (field << 2), first - origin);
      store<i32>(ends + (field << 2), end - origin);
      store<u8>(escaped + field, doubled);
      field += 1;
      start = border + 1;
      if (byte == LINE_FEED) break;
      if (field == last) return row;
    }
    if (field != last) return row;
    row += 1;
    behind = start;
  }
  return row;
}

/** Copies whole steps: up to fifteen bytes beyond the value are read and written. */
// @ts-ignore: decorator
@inline
function copy(target: i32, source: i32, length: i32): void {
  for (let done = 0; done < length; done += STEP) v128.store(target + done, v128.load(source + done));
}

/** Of two quotes one is taken. Returns how many bytes that made. */
function unescape(target: i32, source: i32, end: i32): i32 {
  let made = 0;
  for (let position = source; position < end; made += 1) {
    const byte = load<u8>(position);
    store<u8>(target + made, byte);
    position += byte == QUOTE ? 2 : 1;
  }
  return made;
}

/**
 * Writes the values of one column as Parquet holds texts: the bytes of all values in a row, each behind its length; NULL has none.
 * Returns the longest length.
 *
 * @param field of the first row
 * @param offsets where each value ends, counted from `base`
 * @param missing numbers of the rows that are NULL
 */
export function texts(
  field: i32,
  width: i32,
  rows: i32,
  origin: i32,
  starts: i32,
  ends: i32,
  escaped: i32,
  target: i32,
  base: i32,
  offsets: i32,
  missing: i32,
): i32 {
  let longest = 0;
  let position = target;
  nulls = 0;
  for (let row = 0, index = field; row < rows; row += 1, index += width) {
    const start = load<i32>(starts + (index << 2));
    const end = load<i32>(ends + (index << 2));
    if (start == end) {
      store<i32>(missing + (nulls << 2), row);
      nulls += 1;
    } else {
      let length = end - start;
      if (load<u8>(escaped + index) == 0) copy(position + 4, origin + start, length);
      else length = unescape(position + 4, origin + start, origin + end);
      store<i32>(position, length);
      position += 4 + length;
      if (length > longest) longest = length;
    }
    store<i32>(offsets + (row << 2), base + position - target);
  }
  size = position - target;
  return longest;
}

const FORM = i8x16(0, 0, 0, 0, 0x2d, 0, 0, 0x2d, 0, 0, 0x54, 0, 0, 0x3a, 0, 0);
const FORM_DIGITS: i32 = 0b1101_1011_0110_1111;
const SECONDS_FORM: i32 = 'YYYY-MM-DDTHH:MM:SSZ'.length;
const MILLIS_FORM: i32 = 'YYYY-MM-DDTHH:MM:SS.mmmZ'.length;
const COLON: u8 = 0x3a;
const POINT: u8 = 0x2e;
const LETTER_Z: u8 = 0x5a;

// @ts-ignore: decorator
@inline
function digit(at: i32): u32 {
  return <u32>load<u8>(at) - 0x30;
}

/** Days from 1970-01-01, as `daysFromCivil` in calendar.ts, or -2^31 where there is no such day. */
function daysFromCivil(year: i32, month: i32, day: i32): i32 {
  if (year < 1 || month < 1 || month > 12 || day < 1 || day > monthLength(year, month)) return i32.MIN_VALUE;
  const marchYear = month <= 2 ? year - 1 : year;
  const marchMonth = month <= 2 ? month + 9 : month - 3;
  const leapDays = marchYear / 4 - marchYear / 100 + marchYear / 400;
  return marchYear * 365 + leapDays + (153 * marchMonth + 2) / 5 + day - 719_469;
}

function monthLength(year: i32, month: i32): i32 {
  if (month == 2) return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28;
  return month == 4 || month == 6 || month == 9 || month == 11 ? 30 : 31;
}

/**
 * Writes instants as microseconds from 1970-01-01, 0 for NULL, while they are written as Vault writes them: `YYYY-MM-DDTHH:MM:SS.mmmZ`, or
 * without a fraction. Stops before any other one. Returns how many rows that were.
 */
export function instants(
  field: i32,
  width: i32,
  rows: i32,
  origin: i32,
  starts: i32,
  ends: i32,
  target: i32,
  missing: i32,
): i32 {
  nulls = 0;
  for (let row = 0, index = field; row < rows; row += 1, index += width) {
    const start = load<i32>(starts + (index << 2));
    const length = load<i32>(ends + (index << 2)) - start;
    const place = target + (row << 3);
    if (length == 0) {
      store<i32>(missing + (nulls << 2), row);
      nulls += 1;
      store<i64>(place, 0);
      continue;
    }
    if (length != MILLIS_FORM && length != SECONDS_FORM) return row;
    const at = origin + start;
    const text = v128.load(at);
    const digits = i8x16.sub(text, i8x16.splat(0x30));
    if (i8x16.bitmask(i8x16.le_u(digits, i8x16.splat(9))) != FORM_DIGITS) return row;
    if (i8x16.bitmask(i8x16.eq(text, FORM)) != (FORM_DIGITS ^ 0xffff)) return row;
    const tens = i8x16.shuffle(digits, digits, 0, 2, 5, 8, 11, 14, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
    const ones = i8x16.shuffle(digits, digits, 1, 3, 6, 9, 12, 15, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
    const pairs = i8x16.add(i8x16.add(i8x16.shl(tens, 3), i8x16.shl(tens, 1)), ones);
    const hour = <i32>i8x16.extract_lane_u(pairs, 4);
    const minute = <i32>i8x16.extract_lane_u(pairs, 5);
    const high = digit(at + 17);
    const low = digit(at + 18);
    const year = <i32>i8x16.extract_lane_u(pairs, 0) * 100 + i8x16.extract_lane_u(pairs, 1);
    const days = daysFromCivil(year, i8x16.extract_lane_u(pairs, 2), i8x16.extract_lane_u(pairs, 3));
    if (days == i32.MIN_VALUE || hour > 23 || minute > 59 || high > 5 || low > 9) return row;
    if (load<u8>(at + 16) != COLON || load<u8>(at + length - 1) != LETTER_Z) return row;
    let millis: u32 = 0;
    if (length == MILLIS_FORM) {
      const first = digit(at + 20);
      const second = digit(at + 21);
      const third = digit(at + 22);
      if (load<u8>(at + 19) != POINT || first > 9 || second > 9 || third > 9) return row;
      millis = first * 100 + second * 10 + third;
    }
    const seconds = <i64>days * 86_400 + (hour * 3600 + minute * 60 + <i32>(high * 10 + low));
    store<i64>(place, seconds * 1_000_000 + millis * 1000);
  }
  return rows;
}

/** How many quotes there are. */
export function quotes(from: i32, to: i32): i32 {
  let count = 0;
  let position = from;
  for (; position + STEP <= to; position += STEP)
    count += popcnt(i8x16.bitmask(i8x16.eq(v128.load(position), i8x16.splat(QUOTE))));
  for (; position < to; position += 1) count += load<u8>(position) == QUOTE ? 1 : 0;
  return count;
}
