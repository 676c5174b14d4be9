import { createHash } from 'node:crypto';

import { type ObjectStore, type TransferContext, stagePrefix } from '#framework';
import { documentsPrefix, listKey } from '#tasks/veeva';
import { z } from 'zod';

/** A loaded window whose documents wait. */
export const Announcement = z.strictObject({
  pipelineId: z.string(),
  recordId: z.int(),
  window: z.strictObject({ start: z.string(), end: z.string() }),
  /** Folder of the store for its lists. */
  prefix: z.string(),
  versions: z.int().nonnegative(),
});
export type Announcement = z.infer<typeof Announcement>;

const FOLDER = 'documents/_windows/';

/**
 * Says that the documents of a loaded window may be fetched. The name holds the load, so that a re-run of the window is
 * another one, and a repeated call is not.
 */
export async function announceDocuments(store: ObjectStore, root: string, context: TransferContext): Promise<void> {
  const { pipelineId, recordId, window, loadId, signal } = context;
  const prefix = documentsPrefix(root, context);
  const list = await store.find(listKey(prefix), { signal });
  if (list === undefined) return;
  const announcement: Announcement = {
    pipelineId,
    recordId,
    window: { start: window.start.toString(), end: window.end.toString() },
    prefix,
    versions: Number(list.metadata['versions'] ?? 0),
  };
  const load = createHash('sha256').update(loadId).digest('hex').slice(0, 8);
  const key = `${FOLDER}${stagePrefix('', context).slice(1).replaceAll('/', '-')}${load}.json`;
  await store.put(key, Buffer.from(JSON.stringify(announcement)), { signal, contentType: 'application/json' });
}

/** The keys of announcements whose documents are not all stored, in key order. */
export async function listAnnouncements(
  store: ObjectStore,
  options: { readonly signal: AbortSignal },
): Promise<readonly string[]> {
  return (await store.list(FOLDER, options)).map(({ key }) => key);
}
