import { type Environment, type Log, type WindowRecord, Temporal } from '#framework';
import { listRecords } from '#framework/operate';

import { ALL, type Loaded, catchUp, describeRecord, newestEnd, startLoads } from './catch-up.ts';
import { goLive } from './live.ts';
import { type Demo, openDemo } from './open-demo.ts';
import type { DemoOptions } from './options.ts';
import { Progress } from './progress.ts';
import { type DemoResult, mismatchText, windowTable } from './report.ts';
import { listenForStop } from './stop-signals.ts';
import { findDeleted } from './story/deletes.ts';
import { readDrift } from './story/drift.ts';
import { type Hole, digHole } from './story/hole.ts';
import { rerunFullest } from './story/rerun.ts';
import { type Story, storyText } from './story/story.ts';
import { dueAt } from './timetable.ts';
import { type Verification, verify } from './verify.ts';

export interface DemoTools {
  readonly environment: Environment;
  readonly log: Log;
  readonly out: NodeJS.WriteStream;
  readonly progress: NodeJS.WriteStream;
}

/** Loads, verifies, tells, and goes on with new windows unless `--exit`. Gives the exit code. */
export async function runDemo(options: DemoOptions, tools: DemoTools): Promise<number> {
  const signals = listenForStop((text) => tools.progress.write(text));
  try {
    return await runUntil(signals.stop, options, tools);
  } catch (error) {
    if (!signals.stop.aborted) throw error;
    if (error !== signals.stop.reason) tools.progress.write(`While stopping: ${String(error)}\n`);
    return signals.exitCode();
  } finally {
    await signals.close();
  }
}

async function runUntil(stop: AbortSignal, options: DemoOptions, tools: DemoTools): Promise<number> {
  const started = performance.now();
  const demo = await openDemo(options, { ...tools, stop });
  try {
    const loaded = await load(demo, { options, tools, stop });
    const verification = await verifyLoaded(demo, loaded.records);
    stop.throwIfAborted();
    const story = await storyOf(demo, { loaded, verification, stop });
    const result = resultOf(story, { loaded, verification, seconds: (performance.now() - started) / 1000 });
    tell(result, { demo, loaded, verification, options, tools });
    if (!options.exit && result.verified) await goLive(demo, { ...tools, stop });
    return result.verified ? 0 : 1;
  } finally {
    await demo.close();
  }
}

interface Loading {
  readonly options: DemoOptions;
  readonly tools: DemoTools;
  readonly stop: AbortSignal;
}

/** What was loaded, and the hole that it met. */
interface LoadedAround extends Loaded {
  readonly hole: Hole | undefined;
}

async function load(demo: Demo, { options, tools, stop }: Loading): Promise<LoadedAround> {
  const due = dueAt(demo.enabledAt, demo.clock.now());
  const windows = (due.windowsTo.epochMilliseconds - demo.enabledAt.epochMilliseconds) / 900_000;
  // Besides the windows: the Full, and at least one day of logs.
  const progress = new Progress(tools.progress, windows + 2);
  const hole = digHole(demo, due.windowsTo, await listRecords(demo.windrow.store.database, { limit: ALL }));
  await startLoads(demo.windrow);
  const bytes = await stagedBytes(demo);
  const look = async (records: readonly WindowRecord[]): Promise<void> => {
    if (!options.json) progress.show(records, bytes());
    await hole.look(records);
  };
  const loaded = await catchUp(demo.windrow, due, { look, stop });
  progress.end();
  return { ...loaded, hole: hole.healed() };
}

/** The bytes that windows brought into the stage, asked for now and then: they only decorate the progress. */
async function stagedBytes({ windrow }: Demo): Promise<() => number> {
  let bytes = 0;
  let asking = false;
  return () => {
    if (!asking) {
      asking = true;
      void windrow.store.database
        .run({
          text: `select coalesce(sum((output ->> 'bytes')::bigint), 0)::bigint as bytes from task_instance where task_id = 'source_to_stage'`,
        })
        .then(([row]) => (bytes = Number(row?.['bytes'] ?? 0)))
        .catch(() => {})
        .finally(() => (asking = false));
    }
    return bytes;
  };
}

/** Compares the target with the Vault as it was at the ends of the newest loaded windows. */
async function verifyLoaded(demo: Demo, records: readonly WindowRecord[]): Promise<Verification> {
  const { vault } = demo.sandbox;
  if (vault === undefined) return { tables: 0, rows: 0, mismatches: [] };
  const windowsTo = newestEnd(records, 'veeva_incremental') ?? demo.enabledAt;
  const logsTo = newestEnd(records, 'veeva_log') ?? Temporal.Instant.from('2000-01-01T00:00Z');
  return verify({ vault, reader: demo.reader, windowsTo, logsTo });
}

interface Ended {
  readonly loaded: LoadedAround;
  readonly verification: Verification;
}

/** Nothing is loaded again over a target that is not as it should be: the differences are what matters then. */
async function storyOf(
  demo: Demo,
  { loaded, verification, stop }: Ended & { readonly stop: AbortSignal },
): Promise<Story> {
  const { hole, records } = loaded;
  const { vault } = demo.sandbox;
  const told = {
    ...(hole === undefined ? {} : { hole }),
    drift: await readDrift(demo),
    deleted: vault === undefined ? [] : findDeleted(vault, records),
  };
  if (!isWhole({ loaded, verification })) return told;
  const rerun = await rerunFullest(demo, records, stop);
  if (rerun === undefined) return told;
  const { mismatches } = await verifyLoaded(demo, records);
  return { ...told, rerun: { ...rerun, differences: mismatches.length } };
}

function isWhole({ loaded, verification }: Ended): boolean {
  return loaded.failed.length === 0 && verification.tables > 0 && verification.mismatches.length === 0;
}

function resultOf(story: Story, { loaded, verification, seconds }: Ended & { readonly seconds: number }): DemoResult {
  const { records, failed } = loaded;
  return {
    verified: isWhole({ loaded, verification }) && (story.rerun?.differences ?? 0) === 0,
    windows: records.filter(({ pipelineStatus }) => pipelineStatus === 'COMPLETED').length,
    rows: verification.rows,
    tables: verification.tables,
    seconds: Math.round(seconds * 100) / 100,
    mismatches: verification.mismatches.slice(0, 100),
    story,
    failed: failed.map((record) => ({
      record: record.id,
      window: describeRecord(record),
      error: record.error?.message ?? record.pipelineStatus,
    })),
  };
}

interface Told {
  readonly demo: Demo;
  readonly loaded: Loaded;
  readonly verification: Verification;
  readonly options: DemoOptions;
  readonly tools: DemoTools;
}

function tell(result: DemoResult, { demo, loaded, verification, options, tools }: Told): void {
  const { out } = tools;
  if (options.json) {
    out.write(`${JSON.stringify(result)}\n`);
    return;
  }
  out.write(`${windowTable(loaded.records)}\n${storyText(result.story)}\n`);
  for (const { window, error, record } of result.failed) out.write(`FAILED ${window} (record ${record}): ${error}\n`);
  const verdict = result.verified
    ? `Verified: ${result.rows} rows in ${result.tables} tables are equal to the Vault, value by value.`
    : `NOT verified: ${verification.mismatches.length} differences, ${result.failed.length} failed windows.\n${mismatchText(verification)}`;
  out.write(`${verdict} ${result.windows} windows, ${result.seconds} s.\n`);
  if (!options.exit) out.write(`Dashboard: ${demo.dashboardUrl}\n`);
}
