import {
  ConfigFailure,
  DataFailure,
  type DeclaredConnection,
  type ObjectStore,
  type TaskContext,
  defer,
  seconds,
  task,
} from '#framework';
import { s3Connection } from '#tasks/s3';
import { CHOSEN_PARTS, storeDocuments, vaultConnection } from '#tasks/veeva';
import { z } from 'zod';

import { Announcement } from './announcement.ts';
import { cutIntoChunks, outcomesKey, readChunk } from './chunks.ts';
import { type Counts, addCounts, countOutcomes } from './counts.ts';

/** Which loaded window a run is about. */
export const DocumentsParams = z.object({ announcement: z.string() });
type DocumentsParams = z.infer<typeof DocumentsParams>;

const CONNECTIONS: readonly DeclaredConnection[] = [s3Connection, vaultConnection];

/** Calls to one Vault are shared with its loads of rows, so few chunks are under way at once. */
export const DOCUMENTS_POOL = 'vault_documents';

/** Vault counts calls in fixed five minutes. */
const PAUSE = { minutes: 2 } as const;

const RETRY = { retries: 3, firstDelay: seconds(1) };

type Own<Input = object> = TaskContext<Input, DocumentsParams>;

/** Cuts the list of document versions that the window brought into chunks. */
export const cutDocuments = task('cut', {
  connections: CONNECTIONS,
  run: async (context: Own) => {
    const { signal } = context;
    const { settings } = await context.connections.get(vaultConnection);
    if (settings.documentContent === 'none') throw switchedOff();
    const { store } = await context.connections.get(s3Connection);
    return cutIntoChunks(store, await announced(store, context), { signal });
  },
});

/** Stores the content of one chunk; what an earlier try stored is found, not fetched. */
export const storeContents = task('store', {
  connections: CONNECTIONS,
  pool: DOCUMENTS_POOL,
  retry: { retries: 5 },
  timeout: '12h',
  run: async (context: Own<{ readonly chunk: number }>) => {
    const { signal, log, clock } = context;
    const { chunk } = context.input;
    const { client, settings } = await context.connections.get(vaultConnection);
    const { store } = await context.connections.get(s3Connection);
    const { prefix, pipelineId, recordId } = await announced(store, context);
    const versions = await readChunk(store, { prefix, chunk }, { signal });
    const reference = `${pipelineId}-${recordId}`;
    const tools = { client, store, policy: RETRY, signal, log, reference };
    const stored = await storeDocuments(versions, CHOSEN_PARTS[settings.documentContent], tools);
    if (stored.kind === 'paused')
      return defer(clock.now().add(PAUSE), "Vault's burst limit is nearly used up; the rest is left to the loads");
    const lines = stored.outcomes.map((outcome) => JSON.stringify(outcome)).join('\n');
    await store.put(outcomesKey(prefix, chunk), Buffer.from(lines), { signal });
    return countOutcomes(stored.outcomes);
  },
});

/** Writes the manifest of the contents of the window, and takes the announcement away. */
export const sumUpDocuments = task('sum_up', {
  connections: [s3Connection],
  run: async (context: Own<{ readonly chunks: readonly Counts[] }>): Promise<Counts> => {
    const { signal, log, params, input } = context;
    const { store } = await context.connections.get(s3Connection);
    const counts = addCounts(input.chunks);
    const found = await findAnnouncement(store, context);
    // An earlier try did all of this and was lost before it could say so.
    if (found === undefined) return counts;
    const { prefix, ...announcement } = found;
    const lists = input.chunks.map((_counts, index) => store.url(outcomesKey(prefix, index + 1)));
    const manifest = { version: 1, ...announcement, ...counts, lists };
    await store.put(`${prefix}_manifest.json`, Buffer.from(JSON.stringify(manifest)), {
      signal,
      contentType: 'application/json',
    });
    log.info('Content of documents stored', { window_end: announcement.window.end, ...counts });
    await store.removeAll([params.announcement], { signal });
    return counts;
  },
});

type Asked = Pick<Own, 'params' | 'signal'>;

async function findAnnouncement(store: ObjectStore, { params, signal }: Asked): Promise<Announcement | undefined> {
  const text = await store.findText(params.announcement, { signal });
  return text === undefined ? undefined : Announcement.parse(JSON.parse(text));
}

async function announced(store: ObjectStore, asked: Asked): Promise<Announcement> {
  const found = await findAnnouncement(store, asked);
  if (found !== undefined) return found;
  throw new DataFailure(
    'E_DOCUMENTS_NOT_ANNOUNCED',
    `There is no ${store.url(asked.params.announcement)}: either the content of these documents is stored already, or somebody removed it. ` +
      'To go through them again, re-run the window: windrow records rerun ID.',
  );
}

function switchedOff(): ConfigFailure {
  return new ConfigFailure(
    'E_DOCUMENTS_OFF',
    'VAULT_DOCUMENT_CONTENT is none, so no content of documents is fetched. Set it to source, text or both.',
  );
}
