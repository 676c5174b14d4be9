/** What one page of a listing asks for. */
export interface PageQuery {
  readonly prefix: string;
  readonly delimiter: string;
  /** Keys up to and including this one are left out. */
  readonly startAfter: string;
  /** The last key or common prefix of the page before. */
  readonly resumeAfter: string | undefined;
  readonly most: number;
}

export type Entry =
  | { readonly kind: 'key'; readonly key: string }
  | { readonly kind: 'prefix'; readonly prefix: string };

export interface Page {
  readonly entries: readonly Entry[];
  /** Where the next page resumes; absent on the last page. */
  readonly next?: string;
}

/** One page of `keys`, which are in UTF-8 byte order; keys that share a prefix up to the delimiter count as one entry. */
export function listPage(keys: readonly string[], query: PageQuery): Page {
  const entries: Entry[] = [];
  let last: string | undefined;
  for (let index = firstAtLeast(keys, query.prefix); index < keys.length; index += 1) {
    const key = keys[index] ?? '';
    if (!key.startsWith(query.prefix)) break;
    const group = groupOf(key, query);
    if (group === last || isBefore(key, group, query)) continue;
    if (entries.length === query.most) return { entries, ...(last === undefined ? {} : { next: last }) };
    entries.push(group === key ? { kind: 'key', key } : { kind: 'prefix', prefix: group });
    last = group;
  }
  return { entries };
}

/** S3 orders keys by their UTF-8 bytes, which differs from JavaScript's order beyond U+FFFF. */
export function compareKeys(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

/** The index of the first key that is not before `key`. */
export function firstAtLeast(keys: readonly string[], key: string): number {
  let low = 0;
  let high = keys.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (compareKeys(keys[middle] ?? '', key) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

function groupOf(key: string, query: PageQuery): string {
  const at = query.delimiter === '' ? -1 : key.indexOf(query.delimiter, query.prefix.length);
  return at < 0 ? key : key.slice(0, at + query.delimiter.length);
}

function isBefore(key: string, group: string, query: PageQuery): boolean {
  if (query.startAfter !== '' && compareKeys(key, query.startAfter) <= 0) return true;
  return query.resumeAfter !== undefined && compareKeys(group, query.resumeAfter) <= 0;
}
