import { createInterface } from 'node:readline';

import type { ObjectStore } from '#framework';
import { type DocumentVersion, listKey, versionFromLine } from '#tasks/veeva';

/** Versions that one task instance stores: enough to be worth an instance, few enough to begin again. */
const SMALLEST = 100;
const MOST_CHUNKS = 1000;

/** How many versions each chunk of so many holds. */
export function chunkSize(versions: number): number {
  return Math.max(SMALLEST, Math.ceil(versions / MOST_CHUNKS));
}

interface ListAt {
  readonly prefix: string;
  readonly versions: number;
}

/** Cuts the list of a window into chunks, each in a file of its own; returns their numbers, from 1. */
export async function cutIntoChunks(
  store: ObjectStore,
  { prefix, versions }: ListAt,
  { signal }: { readonly signal: AbortSignal },
): Promise<number[]> {
  const lines = createInterface({ input: await store.open(listKey(prefix), { signal }), crlfDelay: Infinity });
  const size = chunkSize(versions);
  const chunks: number[] = [];
  let held: string[] = [];
  const write = async (): Promise<void> => {
    chunks.push(chunks.length + 1);
    await store.put(chunkKey(prefix, chunks.length), Buffer.from(held.join('\n')), { signal });
    held = [];
  };
  for await (const line of lines) {
    held.push(line);
    if (held.length === size) await write();
  }
  if (held.length > 0) await write();
  return chunks;
}

export async function readChunk(
  store: ObjectStore,
  { prefix, chunk }: { readonly prefix: string; readonly chunk: number },
  { signal }: { readonly signal: AbortSignal },
): Promise<DocumentVersion[]> {
  const text = (await store.findText(chunkKey(prefix, chunk), { signal })) ?? '';
  return text.split('\n').map(versionFromLine);
}

function chunkKey(prefix: string, chunk: number): string {
  return `${prefix}versions-${numbered(chunk)}`;
}

/** What became of each content of a chunk. */
export function outcomesKey(prefix: string, chunk: number): string {
  return `${prefix}contents-${numbered(chunk)}`;
}

function numbered(chunk: number): string {
  return `${String(chunk).padStart(5, '0')}.ndjson`;
}
