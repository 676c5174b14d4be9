import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import {
  type Clock,
  type ObjectStore,
  Secret,
  type Source,
  type SourceContext,
  Temporal,
  type Window,
  acceleratedClock,
  milliseconds,
  recordId,
  seconds,
  silentLog,
} from '#framework';
import { openConverter } from '#tasks/parquet';
import { openS3 } from '#tasks/s3';
import { type ExtractKind, type VeevaSourceOptions, openVaultClient, veevaSource } from '#tasks/veeva';

import { startS3 } from '../../sandbox/s3/index.ts';
import { type VaultSandbox, startVault } from '../../sandbox/vault/index.ts';
import { NEW_FILES } from '../support/new-files.ts';

const BUCKET = 'windrow-test';
export const ENABLED_AT = Temporal.Instant.from('2026-01-20T08:00Z');
const NOW = Temporal.Instant.from('2026-01-20T10:01Z');

/** A Vault, an object store and a converter, and sources that go from the one to the other. */
export interface Bench {
  readonly vault: VaultSandbox;
  readonly store: ObjectStore;
  readonly client: ReturnType<typeof openVaultClient>;
  readonly source: (kind: ExtractKind, options?: Partial<VeevaSourceOptions>) => Source;
  readonly context: (
    window: Window,
    options?: { readonly signal?: AbortSignal; readonly clock?: Clock },
  ) => SourceContext;
  /** The local folder for windows under way. */
  readonly local: string;
  /** What lies in it. */
  readonly leftovers: () => Promise<string[]>;
  readonly close: () => Promise<void>;
}

export async function openBench(options: NonNullable<Parameters<typeof startVault>[0]> = {}): Promise<Bench> {
  const folder = await mkdtemp(join(tmpdir(), 'veeva-test-'));
  const local = join(folder, 'local');
  const clock = options.clock ?? acceleratedClock(NOW, 1);
  const vault = await startVault({ enabledAt: ENABLED_AT, rows: 400, changesPerWindow: 40, ...options, clock });
  const s3 = await startS3({ directory: join(folder, 's3'), buckets: [BUCKET] });
  const stored = openS3({ bucket: BUCKET, prefix: '', region: s3.region, endpoint: s3.endpoint }, s3);
  const { store } = stored;
  const converter = openConverter({ threads: 2 });
  const retry = { retries: 2, firstDelay: milliseconds(1) };
  const client = openVaultClient(
    {
      url: vault.url,
      host: vault.host,
      vaultId: vault.vaultId,
      username: vault.username,
      password: { kind: 'plain', secret: new Secret(vault.password) },
      apiVersion: 'v25.2',
      clientId: 'windrow',
      downloadHosts: [],
      timeout: seconds(60),
      idleTimeout: seconds(60),
      extractKind: 'incremental',
      stageFormat: 'csv',
      archiveFolder: 'direct-data',
      transferDirectory: local,
      unpackedLimit: 1e9,
      onLongText: 'fail',
      onMissingColumn: 'fail',
      badRows: { rows: 'fail', characters: 'fail', mostRows: 0 },
      startTime: undefined,
      documentContent: 'none',
    },
    { password: new Secret(vault.password), log: silentLog, retry },
  );
  return {
    vault,
    client,
    store,
    source: (kind, more = {}) =>
      veevaSource({ client, store, converter, kind, format: 'csv', temporaryDirectory: local, retry, ...more }),
    context: (window, { signal = new AbortController().signal, clock: own = clock } = {}) => ({
      pipelineId: 'veeva',
      recordId: recordId(7),
      window,
      fence: 1,
      params: {},
      covers: [],
      loadId: 'load-7',
      files: NEW_FILES,
      signal,
      log: silentLog,
      clock: own,
    }),
    local,
    leftovers: () => readdir(local).catch(() => []),
    close: async () => {
      await client.close();
      await converter.close();
      await stored.close();
      await s3.close();
      await vault.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** The quarter of an hour with this number after the first Full, from 0. */
export function quarter(index: number): Window {
  const start = ENABLED_AT.add({ minutes: 15 * index });
  return { start, end: start.add({ minutes: 15 }), zone: 'UTC' };
}

/** The window of the first Full. */
export const BEGINNING: Window = { start: Temporal.Instant.from('2000-01-01T00:00Z'), end: ENABLED_AT, zone: 'UTC' };
