import { DataFailure, type Log, type ObjectStore, type StoredObject, bounded } from '#framework';

import type { VaultClient } from '../client.ts';
import { type RetryPolicy, withRetries } from '../vault/retry.ts';
import { storeChecked } from '../vault/store-checked.ts';
import { KIND_FACTS } from './extract-kind.ts';
import type { FilePart, ListedFile } from './file-list.ts';
import { partCheck, requireWholeFile } from './part-check.ts';

export interface DownloadTools {
  readonly client: VaultClient;
  readonly store: ObjectStore;
  /** Folder of the store for archives. */
  readonly folder: string;
  readonly policy: RetryPolicy;
  readonly signal: AbortSignal;
  readonly log: Log;
  readonly reference: string;
}

/** A Vault part may be 1 GB and is fetched through one connection; more than a few gain nothing against one Vault. */
const PARTS_AT_ONCE = 4;

/** Brings every part of a file into the object store, except those that are there already; returns their keys in order. */
export async function download(file: ListedFile, tools: DownloadTools): Promise<string[]> {
  requireWholeFile(file);
  return bounded(file.parts, { atMost: PARTS_AT_ONCE, signal: tools.signal }, async (part, { signal }) => {
    const key = `${tools.folder}/${KIND_FACTS[file.extractKind].extractType.replace('_directdata', '')}/${part.filename}`;
    const stored = await tools.store.find(key, { signal });
    if (stored !== undefined && isSamePart(stored, part)) return key;
    await fetchPart(part, key, { ...tools, signal });
    return key;
  });
}

/** An object is visible whole or not at all, so its size and the md5 under which it was stored prove it. */
function isSamePart(stored: StoredObject, part: FilePart): boolean {
  const sameMd5 = part.md5 === undefined || stored.metadata['md5'] === part.md5;
  return sameMd5 && stored.bytes === part.bytes && stored.metadata['part'] === part.name;
}

async function fetchPart(part: FilePart, key: string, tools: DownloadTools): Promise<void> {
  const { client, store, signal, reference } = tools;
  await withRetries({ ...tools, also: isDamage }, async () => {
    const body = await client.openPart(part, { signal, reference });
    const metadata = { part: part.name, ...(part.md5 === undefined ? {} : { md5: part.md5 }) };
    const contentType = 'application/octet-stream';
    const arrival = { what: `part ${part.name}`, key, body, check: partCheck(part) };
    await storeChecked(arrival, store, { signal, metadata, contentType });
  });
  tools.log.info('Part stored', { part: part.name, bytes: part.bytes, key });
}

/** A connection may damage bytes once; only a file that is damaged every time is damaged in Vault. */
function isDamage(error: Error): boolean {
  return error instanceof DataFailure && error.code === 'E_VAULT_PART_MD5';
}
