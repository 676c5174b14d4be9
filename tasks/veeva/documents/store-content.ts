import { z } from 'zod';

import { DataFailure, type Log, type ObjectStore } from '#framework';

import type { DocumentClient } from '../client.ts';
import { type RetryPolicy, withRetries } from '../vault/retry.ts';
import { storeChecked } from '../vault/store-checked.ts';
import { CONTENT_PARTS, type ContentPart } from './content-address.ts';
import { contentCheck } from './content-check.ts';
import { contentKey, receiptKey, versionFolder } from './content-keys.ts';
import type { DocumentVersion } from './document-version.ts';

/** A content in the store. */
const Receipt = z.strictObject({
  version: z.string(),
  part: z.enum(CONTENT_PARTS),
  key: z.string(),
  bytes: z.int().nonnegative(),
  sha256: z.string(),
  /** `size__v` when it was stored. */
  listedBytes: z.int().nonnegative().nullable(),
});
type Receipt = z.infer<typeof Receipt>;

/** What became of one content of one version. */
export type ContentOutcome =
  | ({ readonly outcome: 'stored' | 'there' } & Receipt)
  | { readonly outcome: 'without_file'; readonly version: string; readonly part: ContentPart }
  /** Vault has no such version any more, or finds no text in its file. */
  | { readonly outcome: 'refused'; readonly version: string; readonly part: ContentPart; readonly why: string };

export interface ContentTools {
  readonly client: DocumentClient;
  readonly store: ObjectStore;
  readonly policy: RetryPolicy;
  readonly signal: AbortSignal;
  readonly log: Log;
  /** Appears in Vault's own logs. */
  readonly reference: string;
  /** Hears what share of Vault's calls is left. */
  readonly burstLeft: (share: number) => void;
}

/** Brings one content of a version into the store, unless it is there already under the same id and size. */
export async function storeContent(
  version: DocumentVersion,
  part: ContentPart,
  tools: ContentTools,
): Promise<ContentOutcome> {
  versionFolder(version.id);
  if (version.source === '') return { outcome: 'without_file', version: version.id, part };
  const receipt = await findStored(version, part, tools);
  if (receipt !== undefined) return { outcome: 'there', ...receipt };
  try {
    return { outcome: 'stored', ...(await withRetries(tools, () => fetchContent(version, part, tools))) };
  } catch (error) {
    const why = refusal(error);
    if (why === undefined) throw error;
    return { outcome: 'refused', version: version.id, part, why };
  }
}

async function findStored(
  { id, bytes }: DocumentVersion,
  part: ContentPart,
  { store, signal }: ContentTools,
): Promise<Receipt | undefined> {
  const text = await store.findText(receiptKey(id, part), { signal });
  if (text === undefined) return undefined;
  const receipt = Receipt.parse(JSON.parse(text));
  if (receipt.listedBytes !== (bytes ?? null)) return undefined;
  const object = await store.find(receipt.key, { signal });
  return object?.bytes === receipt.bytes ? receipt : undefined;
}

async function fetchContent(version: DocumentVersion, part: ContentPart, tools: ContentTools): Promise<Receipt> {
  const { client, store, signal, reference } = tools;
  const content = { part, version: version.id, source: version.source };
  const { body, fileName, burstLeft } = await client.openContent(content, { signal, reference });
  if (burstLeft !== undefined) tools.burstLeft(burstLeft);
  const key = contentKey(version.id, part, fileName);
  // A text has another size than the file that it was taken from.
  const check = contentCheck(content, part === 'source' ? version.bytes : undefined);
  const contentType = part === 'text' ? 'text/plain; charset=utf-8' : 'application/octet-stream';
  const metadata = { version: version.id, reference };
  const what = `${part} of document version ${version.id}`;
  await storeChecked({ what, key, body, check: check.stream }, store, { signal, metadata, contentType });
  const receipt: Receipt = { version: version.id, part, key, ...check.passed(), listedBytes: version.bytes ?? null };
  const text = Buffer.from(JSON.stringify(receipt));
  await store.put(receiptKey(version.id, part), text, { signal, contentType: 'application/json' });
  return receipt;
}

/**
 * Vault's word that there is no such content. It says so of versions that were deleted since the export was made and of
 * files without text, and asking again changes nothing.
 */
function refusal(error: unknown): string | undefined {
  const isRefusal = error instanceof DataFailure && error.details['type'] === 'INVALID_DATA';
  return isRefusal ? error.message : undefined;
}
