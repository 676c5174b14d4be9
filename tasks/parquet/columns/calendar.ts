const DAYS_IN_MONTH = Int8Array.of(0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31);
/** No day: an integer, so that V8 need not calculate in floating point. */
export const UNREADABLE = -(2 ** 31);
/** Less than anything that two further digits make of it. */
const NO_DIGITS = -10_000;

const ZERO = 0x30;
const HYPHEN = 0x2d;

/** The number written with two digits at `position`; negative where they are none. */
export function readTwoDigits(bytes: Buffer, position: number): number {
  const tens = (bytes[position] ?? 0) - ZERO;
  const ones = (bytes[position + 1] ?? 0) - ZERO;
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : NO_DIGITS;
}

/** Days from 1970-01-01 to the `YYYY-MM-DD` at `position` (years 0001 to 9999), or `UNREADABLE` where that is no day. */
export function readDay(bytes: Buffer, position: number): number {
  const year = readTwoDigits(bytes, position) * 100 + readTwoDigits(bytes, position + 2);
  const month = readTwoDigits(bytes, position + 5);
  const day = readTwoDigits(bytes, position + 8);
  if (bytes[position + 4] !== HYPHEN || bytes[position + 7] !== HYPHEN) return UNREADABLE;
  if (year < 1 || month < 1 || month > 12 || day < 1 || day > monthLength(year, month)) return UNREADABLE;
  return daysFromCivil(year, month, day);
}

function monthLength(year: number, month: number): number {
  const isLeap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  return month === 2 && isLeap ? 29 : (DAYS_IN_MONTH[month] ?? 0);
}

/** Days from 1970-01-01 in the proleptic Gregorian calendar, with years that begin in March so that leap days come last; nothing is negative. */
function daysFromCivil(year: number, month: number, day: number): number {
  const marchYear = month <= 2 ? year - 1 : year;
  const marchMonth = month <= 2 ? month + 9 : month - 3;
  const leapDays = whole(marchYear / 4) - whole(marchYear / 100) + whole(marchYear / 400);
  return marchYear * 365 + leapDays + whole((153 * marchMonth + 2) / 5) + day - 719_469;
}

/** In 32 bits, where V8 needs no division. */
function whole(value: number): number {
  return value | 0;
}

/** `YYYY-MM-DD` of a day counted from 1970-01-01. */
export function dayText(days: number): string {
  const shifted = days + 719_468;
  const era = Math.floor(shifted / 146_097);
  const dayOfEra = shifted - era * 146_097;
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const marchMonth = Math.floor((5 * dayOfYear + 2) / 153);
  const day = dayOfYear - Math.floor((153 * marchMonth + 2) / 5) + 1;
  const month = marchMonth + (marchMonth < 10 ? 3 : -9);
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0);
  return `${padded(year, 4)}-${padded(month, 2)}-${padded(day, 2)}`;
}

export function padded(value: number, digits: number): string {
  return String(value).padStart(digits, '0');
}
