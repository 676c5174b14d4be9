import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import {
  type Closable,
  type Dag,
  type Environment,
  type Temporal,
  closeAll,
  defineProject,
  silentLog,
} from '#framework';
import { type Windrow, listRecords, openWindrow, operations, readEngineSettings } from '#framework/operate';

import type { Mismatch } from '../../sandbox/demo/compare-table.ts';
import { verify } from '../../sandbox/demo/verify.ts';
import { freshDatabase } from './database.ts';
import { eventually } from './engine.ts';
import { type VeevaInstallation, type VeevaOptions, openVeeva } from './veeva-installation.ts';
import { duckDbReader } from './veeva-target.ts';

/** The stand-ins, and pipelines over them that load into a DuckDB file. */
export interface DuckDbInstallation extends Closable {
  readonly veeva: VeevaInstallation;
  readonly windrow: Windrow;
  readonly file: string;
  readonly trigger: (pipelineId: string) => Promise<void>;
  /** Waits until so many windows of a pipeline are loaded; fails where one fails. */
  readonly loaded: (pipelineId: string, windows: number) => Promise<void>;
  /** Where the tables of the file differ from those of the Vault; `isOurs` leaves others out, `rows` is a condition in SQL. */
  readonly differences: (
    to: Temporal.Instant,
    isOurs: (extract: string) => boolean,
    rows?: string,
  ) => Promise<readonly Mismatch[]>;
}

export async function openVeevaDuckDb(
  dags: readonly Dag[],
  vault: NonNullable<VeevaOptions['vault']>,
): Promise<DuckDbInstallation> {
  const opened: Closable[] = [];
  try {
    const directory = await mkdtemp(join(tmpdir(), 'windrow-duckdb-'));
    opened.push({ close: () => rm(directory, { recursive: true, force: true }) });
    const veeva = await openVeeva({ works: false, vault });
    opened.push(veeva);
    const file = join(directory, 'vault.duckdb');
    const windrow = await openPipelines(veeva, { dags, environment: { DUCKDB_FILE: file } }, opened);
    return {
      veeva,
      windrow,
      file,
      trigger: async (pipelineId) => {
        const triggered = await operations(windrow).triggerDag(pipelineId);
        if (triggered.kind !== 'created')
          throw new Error(`${pipelineId} was not started: ${JSON.stringify(triggered)}`);
      },
      loaded: (pipelineId, windows) => loaded(windrow, pipelineId, windows),
      differences: (to, isOurs, rows = 'true') => differences(veeva, file, { to, isOurs, rows }),
      close: () => closeAll(opened),
    };
  } catch (error) {
    await closeAll(opened).catch(() => {});
    throw error;
  }
}

async function openPipelines(
  veeva: VeevaInstallation,
  { dags, environment: own }: { readonly dags: readonly Dag[]; readonly environment: Environment },
  opened: Closable[],
): Promise<Windrow> {
  const environment = { ...veeva.environment, DATABASE_URL: await freshDatabase(), ...own };
  const sources = { environment, readFile: () => undefined };
  const reading = readEngineSettings(sources);
  if (reading.kind === 'unreadable') throw new Error(reading.problems.join('\n'));
  const { clock } = veeva;
  const windrow = await openWindrow({
    project: defineProject({ dags: [...dags] }),
    settings: reading.settings,
    sources,
    clock,
    log: silentLog,
    random: () => 0.5,
  });
  opened.push(windrow, windrow.startScheduler());
  const worker = windrow.startWorker();
  opened.push(worker);
  await worker.ready();
  return windrow;
}

/** Each window has its own time, however slow the machine is. */
async function loaded(windrow: Windrow, pipelineId: string, windows: number): Promise<void> {
  for (let number = 1; number <= windows; number += 1) await loadedTo(windrow, pipelineId, number);
}

async function loadedTo({ store }: Windrow, pipelineId: string, windows: number): Promise<void> {
  const isLoaded = async (): Promise<true | undefined> => {
    const records = await listRecords(store.database, { pipelineId, limit: 50 });
    const failed = records.find(({ pipelineStatus }) => pipelineStatus === 'FAILED');
    if (failed !== undefined) throw new Error(`${pipelineId} failed: ${failed.error?.message ?? 'without an error'}`);
    return records.filter(({ pipelineStatus }) => pipelineStatus === 'COMPLETED').length >= windows ? true : undefined;
  };
  await eventually(`${windows} windows of ${pipelineId}`, isLoaded);
}

interface Compared {
  readonly to: Temporal.Instant;
  readonly isOurs: (extract: string) => boolean;
  readonly rows: string;
}

async function differences(
  { sandbox }: VeevaInstallation,
  file: string,
  { to, isOurs, rows }: Compared,
): Promise<readonly Mismatch[]> {
  const { mismatches, tables } = await verify({
    vault: { truth: (moment) => sandbox.vault.truth(moment).filter(({ extract }) => isOurs(extract)) },
    reader: duckDbReader(file, rows),
    windowsTo: to,
    logsTo: to,
  });
  if (tables === 0) throw new Error('The Vault knows no such tables, so nothing was verified.');
  return mismatches;
}
