import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { expect, it } from 'vitest';

import { type Closable, closeAll, defineProject, silentLog } from '#framework';
import { type Windrow, listRecords, openWindrow, operations, readEngineSettings } from '#framework/operate';

import { veevaDuckDbFull, veevaDuckDbIncremental } from '../../dags/veeva-duckdb.ts';
import { verify } from '../../sandbox/demo/verify.ts';
import { SHOWN, listColumns, listTables, queryFile } from '../contract/target-ground.ts';
import { freshDatabase } from '../support/database.ts';
import { eventually } from '../support/engine.ts';
import { ENABLED_AT, type VeevaInstallation, openVeeva, windowEnd } from '../support/veeva-installation.ts';

const project = defineProject({ dags: [veevaDuckDbFull, veevaDuckDbIncremental] });

/** The stand-ins of an installation, and the pipelines into DuckDB over them. */
async function openPipelines(veeva: VeevaInstallation, file: string, opened: Closable[]): Promise<Windrow> {
  const environment = { ...veeva.environment, DATABASE_URL: await freshDatabase(), DUCKDB_FILE: file };
  const sources = { environment, readFile: () => undefined };
  const reading = readEngineSettings(sources);
  if (reading.kind === 'unreadable') throw new Error(reading.problems.join('\n'));
  const { clock } = veeva;
  const windrow = await openWindrow({
    project,
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

/** Waits until so many windows of a pipeline are loaded. */
async function loaded({ store }: Windrow, pipelineId: string, windows: number): Promise<void> {
  await eventually(`${windows} windows of ${pipelineId}`, async () => {
    const records = await listRecords(store.database, { pipelineId, limit: 10 });
    const failed = records.find(({ pipelineStatus }) => pipelineStatus === 'FAILED');
    if (failed !== undefined) throw new Error(`${pipelineId} failed: ${failed.error?.message ?? 'without an error'}`);
    return records.filter(({ pipelineStatus }) => pipelineStatus === 'COMPLETED').length >= windows ? true : undefined;
  });
}

/** Where the file differs from what the Vault held at the end of window number `window`. */
async function differences({ sandbox }: VeevaInstallation, file: string, window: number): Promise<readonly object[]> {
  const { mismatches, tables } = await verify({
    vault: { truth: (to) => sandbox.vault.truth(to).filter(({ extract }) => !extract.startsWith('Log.')) },
    reader: {
      listTables: () => listTables(file),
      listColumns: (table) => listColumns(file, table),
      async *readTable(table, columns) {
        const values = columns.map(({ name, type }) => SHOWN[type.kind](`"${name}"`));
        yield await queryFile(file, `select ${values.join(', ')} from "${table}"`);
      },
    },
    windowsTo: windowEnd(window),
    logsTo: ENABLED_AT,
  });
  expect(tables).toBeGreaterThan(0);
  return mismatches;
}

it('loads a Full and its incremental files into a DuckDB file, value for value', async () => {
  const opened: Closable[] = [];
  try {
    const directory = await mkdtemp(join(tmpdir(), 'windrow-duckdb-'));
    opened.push({ close: () => rm(directory, { recursive: true, force: true }) });
    const veeva = await openVeeva({ works: false, vault: { objects: 2, rows: 60, changesPerWindow: 10 } });
    opened.push(veeva);
    const file = join(directory, 'vault.duckdb');
    const windrow = await openPipelines(veeva, file, opened);
    expect(await operations(windrow).triggerDag('veeva_duckdb_full')).toMatchObject({ kind: 'created' });
    await loaded(windrow, 'veeva_duckdb_full', 1);
    veeva.publish(3);
    await loaded(windrow, 'veeva_duckdb_incremental', 3);
    expect(await differences(veeva, file, 3)).toEqual([]);
  } finally {
    await closeAll(opened);
  }
}, 240_000);
