import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';

import {
  DataFailure,
  MANIFEST_KEY,
  type ObjectStore,
  type Source,
  type SourceContext,
  type StageManifest,
  type StagedFile,
  type TransferContext,
  bounded,
  manifestToJson,
  stagePrefix,
} from '#framework';

import { Arrival, type Arrived, type ArrivedFile, arrivedFiles } from './landing.ts';
import { entityOf } from './lake-paths.ts';

export interface LandingOptions {
  readonly store: ObjectStore;
  readonly landing: string;
  readonly stageRoot: string;
}

const AT_ONCE = 4;

/** One directory of the landing area for each window. What counts is the file: its content is nobody's business here. */
export function landingSource(options: LandingOptions): Source {
  return {
    count: async (context) => {
      const found = await arrived(options, context);
      if (found.kind === 'whole') return { kind: 'counted', rows: found.files.length };
      const { directory } = Arrival.parse(context.params);
      const until = context.clock.now().add({ minutes: 1 });
      return { kind: 'not_yet', until, reason: `the directory "${directory}" has no _SUCCESS yet` };
    },
    transfer: (context) => transfer(options, context),
  };
}

async function arrived({ store, landing }: LandingOptions, { params, signal }: TransferContext): Promise<Arrived> {
  const prefix = `${landing}/${Arrival.parse(params).directory}/`;
  return arrivedFiles(prefix, await store.list(prefix, { signal }));
}

async function transfer(options: LandingOptions, context: SourceContext): Promise<StageManifest> {
  const { signal } = context;
  const found = await arrived(options, context);
  const { directory } = Arrival.parse(context.params);
  if (found.kind === 'unfinished') {
    throw new DataFailure(
      'E_DIRECTORY_UNFINISHED',
      `The directory "${directory}" has lost its _SUCCESS while it was read. Write it anew, then run the window again.`,
    );
  }
  const prefix = stagePrefix(options.stageRoot, context);
  const arrivals = await bounded(found.files, { atMost: AT_ONCE, signal }, async (file, own) => {
    const staged = await stageFile(options.store, file, { key: prefix + file.path, signal: own.signal });
    const { key: _key, ...facts } = staged;
    const path = `${directory}/${file.path}`;
    const { kind } = await context.files.admit({ path, model: entityOf(file.path), ...facts });
    return kind === 'admitted' ? [staged] : [];
  });
  const files = arrivals.flat();
  const manifest = buildManifest(files, { context, directory, location: options.store.url(prefix) });
  await options.store.put(prefix + MANIFEST_KEY, Buffer.from(manifestToJson(manifest)), {
    signal,
    contentType: 'application/json',
  });
  return manifest;
}

async function stageFile(
  store: ObjectStore,
  file: ArrivedFile,
  { key, signal }: { readonly key: string; readonly signal: AbortSignal },
): Promise<StagedFile> {
  const hash = createHash('sha256');
  let bytes = 0;
  const from: AsyncIterable<Buffer> = await store.open(file.key, { signal });
  async function* hashed(): AsyncGenerator<Buffer> {
    for await (const chunk of from) {
      hash.update(chunk);
      bytes += chunk.length;
      yield chunk;
    }
  }
  await store.put(key, Readable.from(hashed(), { objectMode: false }), { signal });
  if (bytes !== file.bytes) {
    throw new DataFailure(
      'E_FILE_CHANGED',
      `The file ${store.url(file.key)} had ${file.bytes} bytes in the list and ${bytes} when it was read. ` +
        'Files of a directory with _SUCCESS must not change; run the window again once it is whole.',
    );
  }
  return { key: file.path, bytes, rows: 1, sha256: hash.digest('hex') };
}

interface ManifestParts {
  readonly context: TransferContext;
  readonly directory: string;
  readonly location: string;
}

function buildManifest(files: readonly StagedFile[], { context, directory, location }: ManifestParts): StageManifest {
  const { pipelineId, recordId, window } = context;
  const entities = Map.groupBy(files, ({ key }) => entityOf(key));
  const tables = [...entities].map(([table, own]) => ({
    extract: `${directory}/${table}`,
    schema: { table, columns: [{ name: 'file', type: { kind: 'text', bytes: 1024 } }], key: ['file'] },
    mode: 'replace',
    updates: { rows: own.length, files: own },
    deletes: { rows: 0, files: [] },
  })) satisfies StageManifest['tables'];
  return {
    version: 1,
    pipelineId,
    recordId,
    window,
    // The lake takes files as they are; nobody reads this.
    format: 'csv',
    location,
    sources: files.map(({ key, bytes, rows, sha256 }) => ({ name: `${directory}/${key}`, bytes, rows, sha256 })),
    tables,
    removals: [],
    rows: files.length,
    bytes: files.reduce((sum, { bytes }) => sum + bytes, 0),
  };
}
