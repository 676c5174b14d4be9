import { rm } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';

import { type Closable, Temporal, closeAll, silentLog } from '#framework';
import { type Windrow, listRecords, openInstallation, operations } from '#framework/operate';
import { project } from '#dags';
import { z } from 'zod';

import { benchmarkFolder } from '../engine/servers.ts';
import { type FirstFull, openStandIns } from './open-stand-ins.ts';
import { ownSeconds, postgresSeconds } from './processor-time.ts';

const ENABLED_AT = Temporal.Instant.from('2026-03-02T00:00Z');
const PIPELINES: ReadonlySet<string> = new Set(['veeva_full', 'veeva_incremental']);
/** Documents, picklists and workflows: extracts that the simulated Vault has besides its objects. */
const FIXED_EXTRACTS = 7;

export interface ChainSize {
  readonly extracts: number;
  /** Rows of the Vault; it holds them in memory. */
  readonly rows: number;
  /** Instead of those rows. */
  readonly firstFull?: FirstFull;
  /** Rows that users change in a window. */
  readonly changes: number;
  readonly windows: number;
}

export interface ChainTimes {
  readonly full: Seconds & { readonly cost: Cost };
  /** Those in which somebody worked: the simulated Vault has quiet ones, which would flatter the figures. */
  readonly windows: readonly Seconds[];
  /** Of all windows together. */
  readonly cost: Cost;
}

export interface Cost {
  /** Seconds of processor time of the product and its database. */
  readonly own: number;
  /** The same of the stand-ins and theirs. */
  readonly standIns: number;
  /** Round trips to the Redshift Data API, and SQL statements in them. */
  readonly calls: number;
  readonly statements: number;
}

const Seconds = z.object({
  rows: z.number(),
  total: z.number(),
  source_to_stage: z.number(),
  stage_to_target: z.number(),
  audit: z.number(),
});
export type Seconds = z.infer<typeof Seconds>;
export const PHASES = ['source_to_stage', 'stage_to_target', 'audit'] as const;

/** A Full, then a backlog of windows, by the product with its built-in database and queue; the stand-ins are another process. */
export async function timeChain(size: ChainSize): Promise<ChainTimes> {
  const directory = await benchmarkFolder();
  const opened: Closable[] = [{ close: () => rm(directory, { recursive: true, force: true }) }];
  try {
    const { windrow, spent } = await openChain(directory, size, opened);
    const before = await spent();
    const full = await operations(windrow).triggerDag('veeva_full', {});
    if (full.kind !== 'created') throw new Error(`The Full could not be started: ${JSON.stringify(full)}`);
    await ended(windrow, 'veeva_full', 1);
    const between = await spent();
    await ended(windrow, 'veeva_incremental', size.windows);
    const after = await spent();
    const [times] = await readTimes(windrow, 'veeva_full');
    if (times === undefined) throw new Error('The Full has no record.');
    return {
      full: { ...times, cost: difference(before, between) },
      windows: withWork(await readTimes(windrow, 'veeva_incremental')),
      cost: difference(between, after),
    };
  } finally {
    await closeAll(opened);
  }
}

interface Chain {
  readonly windrow: Windrow;
  /** Since the start. */
  readonly spent: () => Promise<Cost>;
}

/** Opens what the demo opens, without its dashboard, its log pipeline and the content of documents. */
async function openChain(home: string, size: ChainSize, opened: Closable[]): Promise<Chain> {
  const keep = <T extends Closable>(part: T): T => {
    opened.push(part);
    return part;
  };
  const caughtUp = ENABLED_AT.add({ minutes: 15 * (size.windows + 1) });
  const clock = { now: () => caughtUp };
  const vault = {
    objects: size.extracts - FIXED_EXTRACTS,
    rows: size.rows,
    changesPerWindow: size.changes,
    enabledAt: ENABLED_AT.toString(),
    ...(size.firstFull === undefined ? {} : { firstFull: size.firstFull }),
  };
  const standIns = keep(await openStandIns({ directory: `${home}/stand-ins`, now: caughtUp.toString(), vault }));
  const environment = { ...standIns.environment, WINDROW_HOME: home };
  const dags = project.dags.filter(({ id }) => PIPELINES.has(id));
  // Its sensors start dags that are left out here.
  const measured = { ...project, dags, sensors: [] };
  const windrow = keep(await openInstallation({ project: measured, environment, clock, log: silentLog }));
  keep(windrow.startScheduler());
  await keep(windrow.startWorker()).ready();
  const spent = async (): Promise<Cost> => {
    const { seconds, calls, statements } = await standIns.work();
    return { own: ownSeconds() + (await postgresSeconds(`${home}/postgres`)), standIns: seconds, calls, statements };
  };
  return { windrow, spent };
}

function difference(before: Cost, after: Cost): Cost {
  return {
    own: after.own - before.own,
    standIns: after.standIns - before.standIns,
    calls: after.calls - before.calls,
    statements: after.statements - before.statements,
  };
}

const LOOK_MS = 200;

/** Waits for so many runs. A record is complete a little before its run, whose last task is a teardown. */
async function ended(windrow: Windrow, pipeline: string, runs: number): Promise<void> {
  for (;;) {
    // One record at most: a list of all takes 0.25 ms of processor time for each, five times a second, which would count as Windrow's.
    const [failed] = await listRecords(windrow.store.database, { status: 'FAILED', limit: 1 });
    if (failed !== undefined) throw new Error(`Record ${failed.id} failed: ${failed.error?.message ?? 'unknown'}`);
    const [row] = await windrow.store.database.run(ENDED_RUNS, [pipeline]);
    if (Number(row?.['ended']) >= runs) return;
    await sleep(LOOK_MS);
  }
}

const ENDED_RUNS = {
  text: `
select count(*) as ended
from dag_run
where dag_id = $1 and state = 'success' and record_id is not null`,
};

const took = (phase: string): string => `extract(epoch from ${phase}_end_time - ${phase}_start_time)::float8`;

async function readTimes(windrow: Windrow, pipeline: string): Promise<readonly Seconds[]> {
  const rows = await windrow.store.database.run(
    {
      text: `
select p.source_count as rows, extract(epoch from r.ended_at - r.started_at)::float8 as total,
  ${took('source_to_stage_ingestion')} as source_to_stage, ${took('stage_to_target_ingestion')} as stage_to_target,
  ${took('audit')} as audit
from pipeline_records p
join dag_run r on r.id = p.dag_run_id
where p.pipeline_id = $1
order by p.window_start_time`,
    },
    [pipeline],
  );
  return rows.map((row) => Seconds.parse(row));
}

function withWork(times: readonly Seconds[]): readonly Seconds[] {
  const most = Math.max(...times.map(({ rows }) => rows));
  return times.filter(({ rows }) => rows > most / 2);
}
