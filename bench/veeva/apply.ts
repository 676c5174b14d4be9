import { createReadStream } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { basename } from 'node:path';

import {
  type Closable,
  type LoadMode,
  type ObjectStore,
  type Reading,
  type StageManifest,
  type Target,
  Temporal,
  type TransferContext,
  closeAll,
  recordId,
  silentLog,
  systemClock,
} from '#framework';
import { type Converter, openConverter } from '#tasks/parquet';
import { type Warehouse, openRedshift, redshiftConnection, redshiftTarget } from '#tasks/redshift';
import { openS3, readS3Settings } from '#tasks/s3';

import { COLUMNS, writeVaultCsv } from '../convert/vault-csv.ts';
import { benchmarkFolder } from '../engine/servers.ts';
import { type Figure, figure } from '../figures.ts';
import { openStandIns } from './open-stand-ins.ts';

const NOW = Temporal.Instant.from('2026-03-02T00:00Z');
const TABLE = 'bench__c';
/** What noise may add where the time per row stays the same. */
const LINEAR = 1.1;
/** Rows that are changed one by one: enough to tell what one costs. */
const SINGLE_ROWS = 40;

/** Seconds to load windows of so many changed rows into a table with as many rows as the largest window. */
export async function applyFigures(sizes: readonly number[]): Promise<Figure[]> {
  const directory = await benchmarkFolder();
  const opened: Closable[] = [{ close: () => rm(directory, { recursive: true, force: true }) }];
  try {
    const bench = await openBench(directory, opened);
    await load(bench, { window: 0, rows: Math.max(...sizes), mode: 'replace' });
    const seconds: number[] = [];
    for (const [index, rows] of sizes.entries()) {
      seconds.push(await load(bench, { window: index + 1, rows, mode: 'merge' }));
    }
    return figures(sizes, seconds, await oneByOne(bench.warehouse));
  } finally {
    await closeAll(opened);
  }
}

interface Bench {
  readonly directory: string;
  readonly converter: Converter;
  readonly store: ObjectStore;
  readonly warehouse: Warehouse;
  readonly target: Target;
}

async function openBench(directory: string, opened: Closable[]): Promise<Bench> {
  const keep = <T extends Closable>(part: T): T => {
    opened.push(part);
    return part;
  };
  const { environment } = keep(await openStandIns({ directory: `${directory}/stand-ins`, now: NOW.toString() }));
  const sources = { environment, readFile: () => undefined };
  const { store } = keep(openS3(settingsOf(readS3Settings(sources))));
  const redshift = keep(openRedshift(settingsOf(redshiftConnection.read(sources))));
  const converter = keep(openConverter());
  await mkdir(`${directory}/converted`);
  return {
    directory,
    converter,
    store,
    warehouse: redshift.warehouse,
    target: redshiftTarget(redshift, { stage: store }),
  };
}

function settingsOf<S>(reading: Reading<S>): S {
  if (reading.kind === 'unreadable') throw new Error(reading.problems.join(' '));
  return reading.settings;
}

interface Loaded {
  /** Windows follow each other; each brings new values for the first `rows` keys. */
  readonly window: number;
  readonly rows: number;
  readonly mode: LoadMode;
}

/** Stages a window and returns the seconds that the target took for it. */
async function load(bench: Bench, loaded: Loaded): Promise<number> {
  const context = contextOf(loaded.window);
  const manifest = await stage(bench, loaded, context);
  const begun = performance.now();
  await bench.target.load(manifest, context);
  return (performance.now() - begun) / 1000;
}

function contextOf(window: number): TransferContext {
  const end = NOW.add({ minutes: 15 * window });
  return {
    pipelineId: 'bench',
    recordId: recordId(window + 1),
    window: { start: end.subtract({ minutes: 15 }), end, zone: 'UTC' },
    params: {},
    fence: 1,
    loadId: String(window),
    covers: [],
    signal: new AbortController().signal,
    log: silentLog,
    clock: systemClock,
  };
}

async function stage(bench: Bench, loaded: Loaded, context: TransferContext): Promise<StageManifest> {
  const { converter, store, directory } = bench;
  const source = `${directory}/window.csv`;
  await writeVaultCsv(source, { bytes: Infinity, atMostRows: loaded.rows, seed: 42 + loaded.window });
  const converted = await converter.convert({
    source,
    extract: `Object.${TABLE}`,
    columns: COLUMNS,
    key: ['id'],
    directory: `${directory}/converted`,
    name: `window-${loaded.window}`,
    format: 'parquet',
  });
  for (const { path } of converted.files) {
    await store.put(`stage/${basename(path)}`, createReadStream(path));
    await rm(path);
  }
  const files = converted.files.map(({ path, ...file }) => ({ ...file, key: basename(path) }));
  return {
    version: 1,
    pipelineId: context.pipelineId,
    recordId: context.recordId,
    window: context.window,
    format: 'parquet',
    location: store.url('stage/'),
    sources: [],
    tables: [
      {
        extract: `Object.${TABLE}`,
        schema: { table: TABLE, columns: converted.columns, key: ['id'] },
        mode: loaded.mode,
        updates: { rows: converted.rows, files },
        deletes: { rows: 0, files: [] },
      },
    ],
    removals: [],
    rows: converted.rows,
    bytes: files.reduce((sum, { bytes }) => sum + bytes, 0),
  };
}

/** Seconds a row where each is changed by a statement of its own; kindly, all in one batch and one transaction. */
async function oneByOne(warehouse: Warehouse): Promise<number> {
  const statements = Array.from({ length: SINGLE_ROWS }, (_, row) => ({
    name: 'change one row',
    sql: `update "vault"."${TABLE}" set "name__v" = 'Changed' where "id" = 'V0Z${String(row).padStart(12, '0')}'`,
  }));
  const begun = performance.now();
  await warehouse.run(statements);
  return (performance.now() - begun) / 1000 / SINGLE_ROWS;
}

function figures(sizes: readonly number[], seconds: readonly number[], single: number): Figure[] {
  const perRow = seconds.map((time, index) => time / (sizes[index] ?? Number.NaN));
  const [first = Number.NaN, last = Number.NaN] = [perRow.at(0), perRow.at(-1)];
  return [
    ...sizes.map((rows, index) =>
      figure({ name: `apply: ${rows} changed rows`, value: seconds[index] ?? Number.NaN, unit: 's' }),
    ),
    figure({
      name: 'apply: time of a row, largest / smallest window',
      value: last / first,
      unit: 'ratio',
      atMost: LINEAR,
    }),
    figure({ name: 'apply: a row by a statement of its own', value: single * 1000, unit: 'ms' }),
    figure({ name: 'apply: row by row / our largest window', value: single / last, unit: 'ratio' }),
  ];
}
