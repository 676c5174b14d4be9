const DAYS_IN_MONTH = Int8Array.of(0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31);
export const UNREADABLE = Number.NaN;

const ZERO = 0x30;
const HYPHEN = 0x2d;

/** The number written with `count` digits at `position`, or NaN. */
export function readDigits(bytes: Buffer, position: number, count: number): number {
  let value = 0;
  for (let index = position; index < position + count; index += 1) {
    const digit = (bytes[index] ?? 0) - ZERO;
    if (digit < 0 || digit > 9) return UNREADABLE;
    value = value * 10 + digit;
  }
  return value;
}

/** Days from 1970-01-01 to the `YYYY-MM-DD` at `position` (years 0001 to 9999), or NaN where that is no day. */
export function readDay(bytes: Buffer, position: number): number {
  const year = readDigits(bytes, position, 4);
  const month = readDigits(bytes, position + 5, 2);
  const day = readDigits(bytes, position + 8, 2);
  const shaped = bytes[position + 4] === HYPHEN && bytes[position + 7] === HYPHEN;
  if (!shaped || !(year >= 1 && month >= 1 && month <= 12 && day >= 1 && day <= monthLength(year, month)))
    return UNREADABLE;
  return daysFromCivil(year, month, day);
}

function monthLength(year: number, month: number): number {
  const isLeap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  return month === 2 && isLeap ? 29 : (DAYS_IN_MONTH[month] ?? 0);
}

/** Days from 1970-01-01 in the proleptic Gregorian calendar, with years that begin in March so that leap days come last. */
function daysFromCivil(year: number, month: number, day: number): number {
  const marchYear = month <= 2 ? year - 1 : year;
  const era = Math.floor(marchYear / 400);
  const yearOfEra = marchYear - era * 400;
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * 146_097 + dayOfEra - 719_468;
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
