import { setTimeout as rest } from 'node:timers/promises';

import { type Closable, Temporal, closeAll, silentLog, systemClock } from '#framework';
import { type Windrow, openWindrow, readEngineSettings } from '#framework/operate';

import { type Fault, type FaultCounts, faultsOf, strike } from './faults.ts';
import { Fleet } from './fleet.ts';
import { type BackendName, type Ground, openGround } from './ground.ts';
import { EXPECTED, clockUntil, loadDags } from './load.ts';
import { seededRandom } from './random.ts';
import { createTarget, openTarget } from './target.ts';
import { type Period, type Verdict, isClean, judge, readWork, recoveries, windowsOf } from './verdict.ts';

export interface ChaosOptions {
  readonly backend: BackendName;
  readonly minutes: number;
  readonly seed: number;
  /** Default: all that the backend knows. */
  readonly faults?: readonly Fault[];
  readonly processes?: number;
  /** How long the load may take to end after the last fault. */
  readonly drainMs?: number;
}

export interface ChaosReport {
  readonly seed: number;
  readonly backend: BackendName;
  readonly minutes: number;
  readonly faults: FaultCounts;
  readonly windows: Readonly<Record<string, number>>;
  readonly work: Readonly<Record<string, number>>;
  /** From SIGKILL to the next start of the tasks that the dead process held. */
  readonly recovery: { readonly tasks: number; readonly p50Ms: number | null; readonly maxMs: number | null };
  readonly drainSeconds: number;
  /** What processes wrote that ended although nobody struck them. */
  readonly crashes: readonly string[];
  readonly verdict: Verdict;
}

const PROCESSES = 3;
const DRAIN_MS = 180_000;
const LEASE_MS = 4000;
const STARTING_MS = 5000;

/** Runs the mixed load under faults, lets it end in peace, and counts what it left behind. */
export async function runChaos(options: ChaosOptions): Promise<ChaosReport> {
  const opened: Closable[] = [];
  try {
    return await play(options, opened);
  } finally {
    await closeAll(opened);
  }
}

async function play(options: ChaosOptions, opened: Closable[]): Promise<ChaosReport> {
  const { backend, minutes, seed, faults = faultsOf(backend), processes = PROCESSES, drainMs = DRAIN_MS } = options;
  const ground = keep(opened, await openGround(backend));
  await createTarget(ground.databaseUrl);
  const period = periodOf(minutes);
  const onlooker = keep(opened, await openOnlooker(ground, period, opened));
  const fleet = keep(opened, new Fleet({ ...ground.environment, ...settingsOf(period) }));
  await Promise.all(Array.from({ length: processes }, () => fleet.start()));
  const scene = { fleet, ground, onlooker, random: seededRandom(seed), leaseMs: LEASE_MS };
  const counts = await strike(scene, { faults, until: period.end });
  const drainSeconds = await drain(onlooker, period, drainMs);
  await fleet.close();
  const { database } = onlooker.store;
  return {
    seed,
    backend,
    minutes,
    faults: counts,
    windows: Object.fromEntries(EXPECTED.map((each) => [each.dagId, windowsOf(each, period).length])),
    work: await readWork(database),
    recovery: summary(await recoveries(database, fleet.killed)),
    drainSeconds,
    crashes: fleet.crashes.map(({ pid, said }) => `process ${pid} ended by itself: ${said}`),
    verdict: await judge(database, EXPECTED, period),
  };
}

function keep<T extends Closable>(opened: Closable[], part: T): T {
  opened.push(part);
  return part;
}

function periodOf(minutes: number): Period {
  const start = new Date();
  return { start, end: new Date(start.getTime() + STARTING_MS + minutes * 60_000) };
}

function settingsOf({ start, end }: Period): Readonly<Record<string, string>> {
  return { CHAOS_START: start.toISOString(), CHAOS_END: end.toISOString(), WINDROW_LOG_LEVEL: 'error' };
}

/** An installation that starts nothing: it looks into the truth and copies jobs. */
async function openOnlooker(ground: Ground, period: Period, opened: Closable[]): Promise<Windrow> {
  const sources = { environment: ground.environment, readFile: () => undefined };
  const reading = readEngineSettings(sources);
  if (reading.kind === 'unreadable') throw new Error(reading.problems.join('\n'));
  const [start, end] = [period.start, period.end].map((at) => Temporal.Instant.from(at.toISOString()));
  if (start === undefined || end === undefined) throw new Error('A period has two ends.');
  const target = keep(opened, openTarget(ground.databaseUrl));
  return openWindrow({
    project: { dags: loadDags({ start, end, target }) },
    settings: reading.settings,
    sources,
    clock: clockUntil(end, systemClock),
    log: silentLog,
    random: Math.random,
  });
}

/** Waits until all is done; gives up at the limit, and the verdict says what was left. */
async function drain({ store }: Windrow, period: Period, limitMs: number): Promise<number> {
  const started = performance.now();
  const spent = (): number => performance.now() - started;
  while (spent() < limitMs && !isClean(await judge(store.database, EXPECTED, period))) await rest(500);
  return Math.round(spent() / 100) / 10;
}

function summary(values: readonly number[]): ChaosReport['recovery'] {
  const sorted = values.toSorted((one, other) => one - other);
  const middle = sorted[Math.ceil(sorted.length / 2) - 1];
  const rounded = (value: number | undefined): number | null => (value === undefined ? null : Math.round(value));
  return { tasks: sorted.length, p50Ms: rounded(middle), maxMs: rounded(sorted.at(-1)) };
}
