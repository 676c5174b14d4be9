import { DataFailure, Temporal, type Window, type WindowKind, windowContaining, windowsBetween } from '#framework';

import { type Partition, type Partitions, type WindowPartitions, namesOf, windowsOf } from './partitions.ts';

const BETWEEN = '|';

/**
 * The key of a partition: `2026-01-20T13:15Z` for a fixed window, `2026-01-20` for a day, week or month as clocks show it,
 * `2026-01-20T13:00-05:00` for such an hour, `eu` for a name, and `2026-01-20|eu` for both.
 */
export function partitionKey(partitions: Partitions, { window, name }: Partition): string {
  const cut = windowsOf(partitions);
  const parts = [
    ...(cut === undefined || window === undefined ? [] : [windowKey(cut.windows, window.start)]),
    ...(namesOf(partitions) === undefined || name === undefined ? [] : [name]),
  ];
  return parts.join(BETWEEN);
}

/** @throws DataFailure `E_PARTITION_UNKNOWN` when no such partition is defined, whatever the time */
export function readPartition(partitions: Partitions, key: string): Partition {
  const found = findPartition(partitions, key);
  if (found === undefined) throw unknown(partitions, key);
  return found;
}

/** What `readPartition` gives, or undefined. */
export function findPartition(partitions: Partitions, key: string): Partition | undefined {
  const cut = windowsOf(partitions);
  const list = namesOf(partitions);
  const [first = '', ...rest] = key.split(BETWEEN);
  const [windowText, name] = cut === undefined ? [undefined, key] : [first, rest.join(BETWEEN)];
  const window = cut === undefined || windowText === undefined ? undefined : readWindow(cut, windowText);
  const isNamed = list === undefined ? name === '' : list.names.includes(name);
  const isWhole = (cut === undefined || window !== undefined) && isNamed;
  if (!isWhole) return undefined;
  return { ...(window === undefined ? {} : { window }), ...(list === undefined ? {} : { name }) };
}

/** The windows that have closed by `now`, oldest first. */
export function closedWindows({ windows, start }: WindowPartitions, now: Temporal.Instant): Iterable<Window> {
  return windowsBetween(windows, start, now);
}

/** All keys that exist at `now`: windows that have closed, oldest first, and for each its names in their order. */
export function* partitionKeys(partitions: Partitions, now: Temporal.Instant): Generator<string> {
  const cut = windowsOf(partitions);
  const list = namesOf(partitions)?.names;
  if (cut === undefined) {
    yield* list ?? [];
    return;
  }
  for (const { key } of closedWindowKeys(cut, now)) {
    if (list === undefined) yield key;
    else for (const name of list) yield namedKey(key, name);
  }
}

/** The key of a window of a cut, and its end. */
interface ClosedKey {
  readonly key: string;
  readonly end: () => Temporal.Instant;
}

/** The keys of the windows that have closed by `now`, oldest first. */
export function* closedWindowKeys(cut: WindowPartitions, now: Temporal.Instant): Generator<ClosedKey> {
  const { windows, start } = cut;
  if (windows.kind === 'fixed') yield* fixedKeys(windows, start.epochMilliseconds, now.epochMilliseconds);
  else
    for (const window of closedWindows(cut, now))
      yield { key: windowKey(windows, window.start), end: () => window.end };
}

/** By numbers: 100,000 quarters of an hour take 0.1 s, as windows 2 s. */
function* fixedKeys(
  { anchor, lengthMs }: Extract<WindowKind, { readonly kind: 'fixed' }>,
  from: number,
  until: number,
): Generator<ClosedKey> {
  const origin = anchor.epochMilliseconds;
  const first = origin + Math.ceil((from - origin) / lengthMs) * lengthMs;
  for (let start = first; start + lengthMs <= until; start += lengthMs) {
    yield { key: instantKey(start), end: () => Temporal.Instant.fromEpochMilliseconds(start + lengthMs) };
  }
}

/** The key of a partition of a window and a name. */
export function namedKey(windowText: string, name: string): string {
  return `${windowText}${BETWEEN}${name}`;
}

function instantKey(moment: number): string {
  if (moment % 60_000 === 0) return `${new Date(moment).toISOString().slice(0, 16)}Z`;
  return Temporal.Instant.fromEpochMilliseconds(moment).toString();
}

function windowKey(kind: WindowKind, start: Temporal.Instant): string {
  if (kind.kind === 'fixed') return instantKey(start.epochMilliseconds);
  const local = start.toZonedDateTimeISO(kind.zone);
  if (kind.unit !== 'hour') return local.toPlainDate().toString();
  return `${local.toPlainDateTime().toString({ smallestUnit: 'minute' })}${local.offset}`;
}

function readWindow({ windows, start }: WindowPartitions, text: string): Window | undefined {
  const moment = momentIn(windows, text);
  if (moment === undefined || Temporal.Instant.compare(moment, start) < 0) return undefined;
  const window = windowContaining(windows, moment);
  return windowKey(windows, window.start) === text && Temporal.Instant.compare(window.start, start) >= 0
    ? window
    : undefined;
}

/** A moment in the window of that key: a day may begin after midnight, so its last second is asked for. */
function momentIn(kind: WindowKind, text: string): Temporal.Instant | undefined {
  // Behind the year 9999 there are moments whose window would end where no moment is.
  if (!/^\d{4}-/.test(text)) return undefined;
  try {
    if (kind.kind === 'fixed' || kind.unit === 'hour') return Temporal.Instant.from(text);
    return Temporal.PlainDate.from(text).toZonedDateTime({ timeZone: kind.zone, plainTime: '23:59:59' }).toInstant();
  } catch {
    return undefined;
  }
}

function unknown(partitions: Partitions, key: string): DataFailure {
  const cut = windowsOf(partitions);
  const list = namesOf(partitions)?.names;
  const expected = [
    ...(cut === undefined
      ? []
      : [`a window such as ${windowKey(cut.windows, windowContaining(cut.windows, cut.start).end)}`]),
    ...(list === undefined ? [] : [`one of ${list.slice(0, 20).join(', ')}`]),
  ];
  return new DataFailure(
    'E_PARTITION_UNKNOWN',
    `There is no partition "${key}". Expected ${expected.join(' and "|" and ')}.`,
  );
}
