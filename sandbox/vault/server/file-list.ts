import { Temporal } from '#framework';
import { EXTRACT_TYPES } from '../calendar.ts';
import type { PublishedFile } from '../publisher.ts';
import type { VaultOptions } from '../options.ts';
import type { Vault } from '../vault.ts';
import type { Call } from './call.ts';
import { listItem } from './list-item.ts';
import { failure, type Reply, success } from './reply.ts';

/** `GET …/services/directdata/files`. */
export async function listFiles(vault: Vault, call: Call): Promise<Reply> {
  const query = readQuery(call.query);
  if (query.kind === 'refused') return failure('INVALID_DATA', query.message);
  const noData = vault.faults.strike('no_data_yet');
  if (noData?.form === 'empty') return listReply([]);
  const files = await availableFiles(vault);
  if (noData !== undefined || !isEnabled(vault.options)) return notYet();
  const wanted = files.filter((file) => isWanted(file, query, vault.options));
  return listReply(inOrder(await itemsOf(vault, call, wanted), vault));
}

/** The files that a caller may see and download now. */
export async function availableFiles({ publisher, faults }: Vault): Promise<readonly PublishedFile[]> {
  const listed = await publisher.listed();
  return listed.filter((file) => faults.strike('missing', { names: [file.name] }) === undefined);
}

interface ListQuery {
  readonly kind: 'query';
  readonly type: string | undefined;
  readonly start: number;
  readonly stop: number;
}

function readQuery(query: URLSearchParams): ListQuery | { readonly kind: 'refused'; readonly message: string } {
  const type = query.get('extract_type')?.toLowerCase();
  if (type !== undefined && !EXTRACT_TYPES.some((known) => known === type)) {
    return { kind: 'refused', message: `Invalid extract_type: ${type}` };
  }
  const [start, stop] = [query.get('start_time'), query.get('stop_time')].map(readTime);
  if (start === 'unreadable' || stop === 'unreadable') {
    return { kind: 'refused', message: 'Invalid start_time or stop_time. Expected YYYY-MM-DDTHH:MM:SSZ.' };
  }
  return { kind: 'query', type, start: start ?? Number.NEGATIVE_INFINITY, stop: stop ?? Number.POSITIVE_INFINITY };
}

function readTime(text: string | null): number | undefined | 'unreadable' {
  if (text === null) return undefined;
  return /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?Z$/.test(text)
    ? Temporal.Instant.from(text).epochMilliseconds
    : 'unreadable';
}

function isWanted(file: PublishedFile, query: ListQuery, { listFilter }: VaultOptions): boolean {
  if (query.type !== undefined && query.type !== file.type) return false;
  const [start, stop] = [file.start.epochMilliseconds, file.stop.epochMilliseconds];
  if (listFilter === 'overlap') return stop > query.start && start < query.stop;
  return start >= query.start && stop <= query.stop;
}

async function itemsOf(
  vault: Vault,
  call: Call,
  files: readonly PublishedFile[],
): Promise<Readonly<Record<string, unknown>>[]> {
  const items: Readonly<Record<string, unknown>>[] = [];
  const withSeconds = vault.faults.strike('times_with_seconds') !== undefined;
  for (const file of files) {
    const item = await listItem(vault, file, { version: call.version, withSeconds });
    items.push(item);
    if (vault.faults.strike('listed_twice', { names: [file.name] }) !== undefined) items.push(item);
  }
  return items;
}

/** Shuffled here means halves swapped and reversed: far from sorted, and the same every time. */
function inOrder<T>(items: readonly T[], { faults }: Vault): readonly T[] {
  const order = faults.strike('unsorted')?.order;
  if (order === undefined) return items;
  if (order === 'descending') return items.toReversed();
  const half = Math.ceil(items.length / 2);
  return [...items.slice(half), ...items.slice(0, half).toReversed()];
}

function listReply(items: readonly unknown[]): Reply {
  return success({ responseDetails: { total: items.length }, data: items });
}

function notYet(): Reply {
  return failure('OPERATION_NOT_ALLOWED', 'Initial file being generated. Please check again later.');
}

function isEnabled({ clock, enabledAt }: VaultOptions): boolean {
  return clock.now().epochMilliseconds >= enabledAt.epochMilliseconds;
}
