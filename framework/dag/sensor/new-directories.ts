import { DataFailure } from '../../core/failures.ts';
import type { Json } from '../../core/json.ts';
import type { ItemWindow } from './item-window.ts';
import { MAX_SENSOR_ITEMS, type Polled } from './sensor.ts';

export interface NewDirectoriesOptions {
  /** The names of all directories, in any order. */
  readonly list: Iterable<string>;
  /** The newest name that was processed: the cursor. Absent: all are new. */
  readonly after?: string | undefined;
  /**
   * What makes one name newer than another. `text` (default) compares characters: right for `2026-01-20` and `0042`.
   * `number` compares runs of digits as numbers: right for `batch-9` and `batch-10`. A function gives what to compare for
   * names that sort in neither way, such as `20.01.2026`. Names that compare equal are told apart as text.
   */
  readonly by?: 'text' | 'number' | ((name: string) => string | number);
  /** Whether a directory is written to its end. The first that is not holds the newer ones back, so that none is skipped. Default: all are. */
  readonly isWhole?: (name: string) => boolean;
  /** Parameters of the run; default `{ directory: name }`. */
  readonly params?: (name: string) => Readonly<Record<string, Json>>;
  /** Of a pipeline: which time a directory holds, read from its name. */
  readonly window?: (name: string) => ItemWindow;
  /** Default and most: 1,000. The next poll goes on behind them at once. */
  readonly atMost?: number;
}

/**
 * What a file-arrival sensor's poll returns: every directory newer than the cursor, oldest first, none skipped. A
 * directory that appears later under a name older than the cursor is not new.
 * @throws DataFailure `E_DIRECTORY_ORDER` where `by` gives no order
 */
export function newDirectories(options: NewDirectoriesOptions): Polled<string> {
  const { list, after, by = 'text', isWhole = () => true, window, atMost = MAX_SENSOR_ITEMS } = options;
  const params = options.params ?? ((directory) => ({ directory }));
  const compare = comparison(by);
  const newer = [...new Set(list)].filter((name) => after === undefined || compare(name, after) > 0).toSorted(compare);
  const unfinished = newer.findIndex((name) => !isWhole(name));
  const found = unfinished === -1 ? newer : newer.slice(0, unfinished);
  const chosen = found.slice(0, Math.min(atMost, MAX_SENSOR_ITEMS));
  const last = chosen.at(-1);
  return {
    items: chosen.map((name) => ({
      key: name,
      params: params(name),
      ...(window === undefined ? {} : { window: window(name) }),
    })),
    more: chosen.length < found.length,
    ...(last === undefined ? {} : { cursor: last }),
  };
}

type Compare = (a: string, b: string) => number;

function comparison(by: NonNullable<NewDirectoriesOptions['by']>): Compare {
  if (by === 'text') return asText;
  const first = by === 'number' ? asNumbers : (a: string, b: string) => ordered(rank(by, a), rank(by, b));
  return (a, b) => first(a, b) || asText(a, b);
}

const asText: Compare = (a, b) => ordered(a, b);

function asNumbers(a: string, b: string): number {
  const [left, right] = [pieces(a), pieces(b)];
  for (const [index, piece] of left.entries()) {
    const other = right[index];
    if (other === undefined) return 1;
    const difference =
      DIGITS.test(piece) && DIGITS.test(other) ? ordered(BigInt(piece), BigInt(other)) : asText(piece, other);
    if (difference !== 0) return difference;
  }
  return left.length - right.length;
}

const DIGITS = /^\d+$/;

function pieces(name: string): readonly string[] {
  return name.match(/\d+|\D+/g) ?? [];
}

function rank(by: (name: string) => string | number, name: string): string | number {
  const value = by(name);
  if (!Number.isNaN(value)) return value;
  throw new DataFailure(
    'E_DIRECTORY_ORDER',
    `The directory "${name}" has no place in the order: \`by\` gave NaN. Leave such names out of the list, or let \`by\` read them.`,
  );
}

function ordered<T extends string | number | bigint>(a: T, b: T): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
