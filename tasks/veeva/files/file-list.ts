import { z } from 'zod';

import { DataFailure, Temporal } from '#framework';

import { type ExtractKind, kindOfExtractType } from './extract-kind.ts';
import { parseFileName } from './file-name.ts';

/** One slice of an archive; a slice alone cannot be read. */
export interface FilePart {
  /** Names the part in requests: `143462-20260120-0800-F.001`. */
  readonly name: string;
  /** Names the part in the object store: `143462-20260120-0800-F.tar.gz.001`. */
  readonly filename: string;
  readonly number: number;
  readonly bytes: number;
  /** Lower-case hexadecimal; Vault does not always give one. */
  readonly md5: string | undefined;
  readonly url: string | undefined;
}

export interface ListedFile {
  readonly kind: 'file';
  readonly name: string;
  readonly filename: string;
  readonly extractKind: ExtractKind;
  readonly start: Temporal.Instant;
  readonly stop: Temporal.Instant;
  readonly rows: number;
  readonly bytes: number;
  /** How many parts Vault says there are; `parts` are those that it describes. */
  readonly partCount: number;
  readonly parts: readonly FilePart[];
}

/** A window that Vault failed to publish and will try again. */
export interface ListedHole {
  readonly kind: 'hole';
  readonly name: string;
  readonly extractKind: ExtractKind;
  readonly stop: Temporal.Instant;
  readonly nextRetry: Temporal.Instant | undefined;
  readonly message: string;
}

export type ListedItem = ListedFile | ListedHole;

export interface ReadList {
  readonly items: readonly ListedItem[];
  /** Names of items of a kind that Windrow does not know. */
  readonly ignored: readonly string[];
}

/**
 * Reads the answer to a list request: one item per name, by stop time.
 * @throws DataFailure `E_VAULT_LIST_UNREADABLE` when the answer or an item has none of the known forms
 */
export function readFileList(answer: unknown): ReadList {
  const items = new Map<string, ListedItem>();
  const ignored: string[] = [];
  for (const raw of readData(answer)) {
    const item = readItem(raw);
    if (typeof item === 'string') ignored.push(item);
    else items.set(item.name, preferred(items.get(item.name), item));
  }
  return { items: [...items.values()].toSorted(byStop), ignored };
}

function readData(answer: unknown): readonly unknown[] {
  const parsed = z.object({ data: z.array(z.unknown()) }).safeParse(answer);
  if (parsed.success) return parsed.data.data;
  throw new DataFailure(
    'E_VAULT_LIST_UNREADABLE',
    'Vault answered the list of Direct Data files without a list in "data". Check VAULT_API_VERSION.',
    {
      cause: parsed.error,
    },
  );
}

/** The item, or its name where its kind is unknown. */
function readItem(raw: unknown): ListedItem | string {
  const parsed = Item.safeParse(raw);
  if (!parsed.success) {
    const named = z.object({ name: z.string() }).safeParse(raw);
    const [issue] = parsed.error.issues;
    throw new DataFailure(
      'E_VAULT_LIST_UNREADABLE',
      `Vault lists the file ${named.success ? `"${named.data.name}"` : 'without a name'} in a form that cannot be read: ` +
        `${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'unknown'}. Compare VAULT_API_VERSION with the version that Windrow knows (v25.2).`,
      { cause: parsed.error },
    );
  }
  return 'error' in parsed.data ? hole(parsed.data) : file(parsed.data);
}

function hole(item: z.infer<typeof ErrorItem>): ListedHole | string {
  const named = parseFileName(item.name);
  if (named === undefined) return item.name;
  return {
    kind: 'hole',
    name: item.name,
    extractKind: named.kind,
    stop: named.stop,
    nextRetry: item.error.next_retry,
    message: item.error.message,
  };
}

function file(item: z.infer<typeof FileItem>): ListedFile | string {
  const extractKind = kindOfExtractType(item.extract_type);
  if (extractKind === undefined) return item.name;
  return {
    kind: 'file',
    name: item.name,
    filename: item.filename,
    extractKind,
    start: item.start_time,
    stop: item.stop_time,
    rows: item.record_count,
    bytes: item.size,
    partCount: item.fileparts,
    parts: item.filepart_details.map(part).toSorted((a, b) => a.number - b.number),
  };
}

function part(detail: z.infer<typeof PartItem>): FilePart {
  return {
    name: detail.name,
    filename: detail.filename,
    number: detail.filepart,
    bytes: detail.size,
    md5: detail.md5checksum?.toLowerCase(),
    url: detail.url ?? undefined,
  };
}

/** A published file wins over the hole that it heals. */
function preferred(known: ListedItem | undefined, item: ListedItem): ListedItem {
  return known?.kind === 'file' && item.kind === 'hole' ? known : item;
}

function byStop(a: ListedItem, b: ListedItem): number {
  return Temporal.Instant.compare(a.stop, b.stop) || (a.name < b.name ? -1 : 1);
}

// Names become object keys and parts of an address, so nothing but these characters may stand in them.
const name = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,199}$/, 'expected letters, digits, dots, dashes and underscores');
const count = z.number().int().nonnegative();

const moment = z.string().transform((text, context) => {
  try {
    return Temporal.Instant.from(text);
  } catch {
    context.addIssue(`expected a moment such as 2026-01-20T13:30Z, found "${text}"`);
    return z.NEVER;
  }
});

const PartItem = z.object({
  name,
  filename: name,
  filepart: count,
  size: count,
  md5checksum: z
    .string()
    .regex(/^[0-9A-Fa-f]{32}$/, 'expected 32 hexadecimal digits')
    .nullish()
    .transform((text) => text ?? undefined),
  url: z.string().nullish(),
});

const FileItem = z.object({
  name,
  filename: name,
  extract_type: z.string(),
  start_time: moment,
  stop_time: moment,
  record_count: count,
  size: count,
  fileparts: count,
  filepart_details: z.array(PartItem),
});

const ErrorItem = z.object({
  name,
  error: z.object({ next_retry: moment.optional().catch(undefined), message: z.string().default('no message') }),
});

const Item = z.union([ErrorItem, FileItem]);
