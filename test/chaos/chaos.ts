import { setTimeout as rest } from 'node:timers/promises';

import { type Closable, Temporal, closeAll, silentLog, systemClock } from '#framework';
import { type Windrow, openWindrow, readEngineSettings } from '#framework/operate';

import { type Fault, type FaultCounts, faultsOf, strike } from './faults.ts';
import { Fleet } from './fleet.ts';
import { type BackendName, type Ground, openGround } from './ground.ts';
import { EXPECTED, NARROW } from './load/expectations.ts';
import { loadProject } from './load/project.ts';
import { type People, startPeople } from './people.ts';
import { seededRandom } from './random.ts';
import { type SlotsSeen, watchSlots } from './slots.ts';
import { type Target, createTarget, openTarget } from './target.ts';
import {
  type Period,
  type Verdict,
  isClean,
  isDone,
  judge,
  readLeft,
  readWork,
  recoveries,
  startsOf,
  verdictText,
} from './verdict.ts';

export interface ChaosOptions {
  readonly backend: BackendName;
  readonly minutes: number;
  readonly seed: number;
  /** Default: all that the backend knows. */
  readonly faults?: readonly Fault[];
  readonly processes?: number;
  /** Hears now and then what is waited for behind the last fault. */
  readonly note?: (text: string) => void;
}

export interface ChaosReport {
  readonly seed: number;
  readonly backend: BackendName;
  readonly minutes: number;
  readonly faults: FaultCounts;
  /** What people did. */
  readonly deeds: ReturnType<People['counts']>;
  readonly windows: Readonly<Record<string, number>>;
  readonly work: Readonly<Record<string, number>>;
  /** From SIGKILL to the next start of the tasks that the dead process held. */
  readonly recovery: { readonly tasks: number; readonly p50Ms: number | null; readonly maxMs: number | null };
  readonly slots: SlotsSeen;
  readonly drainSeconds: number;
  /** What processes wrote that ended although nobody struck them. */
  readonly crashes: readonly string[];
  /** Where the verdict is not clean: what is open or failed. */
  readonly left: readonly string[];
  readonly verdict: Verdict;
}

const PROCESSES = 3;
/** A busy machine has much of the load still to do behind the last fault; what does not get less for so long is stuck. */
const STANDSTILL_MS = 120_000;
const LEASE_MS = 4000;
const STARTING_MS = 5000;
/** So many looks behind the last fault pass between two notes. */
const TOLD_EACH = 20;

/** Runs the mixed load under faults, then in peace until all windows of before are done, and counts what is left of them. */
export async function runChaos(options: ChaosOptions): Promise<ChaosReport> {
  const opened: Closable[] = [];
  try {
    return await play(options, opened);
  } finally {
    await closeAll(opened);
  }
}

async function play(options: ChaosOptions, opened: Closable[]): Promise<ChaosReport> {
  const { backend, minutes, seed, faults = faultsOf(backend), processes = PROCESSES, note } = options;
  const ground = keep(opened, await openGround(backend));
  await createTarget(ground.databaseUrl);
  const period = periodOf(minutes);
  const target = keep(opened, openTarget(ground.databaseUrl));
  const onlooker = keep(opened, await openOnlooker(ground, period, target));
  const { database } = onlooker.store;
  const fleet = keep(opened, new Fleet({ ...ground.environment, ...settingsOf(period) }));
  await Promise.all(Array.from({ length: processes }, () => fleet.start()));
  const pool = keep(opened, watchSlots(database, NARROW));
  const people = keep(opened, startPeople({ windrow: onlooker, target, period, random: seededRandom(seed + 1) }));
  const evidence = () => ({ expected: EXPECTED, period, asked: people.asked(), slots: pool.seen() });
  const verdict = (): Promise<Verdict> => judge(database, evidence());
  const scene = { fleet, ground, onlooker, random: seededRandom(seed), leaseMs: LEASE_MS };
  const counts = await strike(scene, { faults, until: period.end });
  const tell = async (now: Verdict): Promise<void> => {
    if (note === undefined) return;
    note([verdictText(now), ...(await readLeft(database, evidence())).slice(0, 5)].join('\n  '));
  };
  const drainSeconds = await drain(verdict, tell);
  await closeAll([people, fleet]);
  const found = await verdict();
  return {
    seed,
    backend,
    minutes,
    faults: counts,
    deeds: people.counts(),
    windows: Object.fromEntries(EXPECTED.map((each) => [each.dagId, startsOf(each, period).length])),
    work: await readWork(database),
    recovery: summary(await recoveries(database, fleet.killed)),
    slots: pool.seen(),
    drainSeconds,
    crashes: fleet.crashes.map(({ pid, said }) => `process ${pid} ended by itself: ${said}`),
    left: isClean(found) ? [] : await readLeft(database, evidence()),
    verdict: found,
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

function settingsOf({ start }: Period): Readonly<Record<string, string>> {
  return { CHAOS_START: start.toISOString(), WINDROW_LOG_LEVEL: 'error' };
}

/** An installation that starts nothing: it looks into the truth, copies and delays jobs, and people work at it. */
async function openOnlooker(ground: Ground, period: Period, target: Target): Promise<Windrow> {
  const sources = { environment: ground.environment, readFile: () => undefined };
  const reading = readEngineSettings(sources);
  if (reading.kind === 'unreadable') throw new Error(reading.problems.join('\n'));
  const start = Temporal.Instant.fromEpochMilliseconds(period.start.getTime());
  return openWindrow({
    project: loadProject({ start, target }),
    settings: reading.settings,
    sources,
    clock: systemClock,
    log: silentLog,
    random: Math.random,
  });
}

/** Waits until all is done; gives up when nothing gets done any more, and the verdict says what was left. */
async function drain(verdict: () => Promise<Verdict>, tell: (verdict: Verdict) => Promise<void>): Promise<number> {
  const started = performance.now();
  let [fewest, since] = [Infinity, started];
  for (let looks = 1; performance.now() - since < STANDSTILL_MS; looks += 1) {
    const now = await verdict();
    if (isDone(now)) break;
    const left = now.lost + now.stuck;
    if (left < fewest) [fewest, since] = [left, performance.now()];
    if (looks % TOLD_EACH === 0) await tell(now);
    await rest(500);
  }
  return Math.round((performance.now() - started) / 100) / 10;
}

function summary(values: readonly number[]): ChaosReport['recovery'] {
  const sorted = values.toSorted((one, other) => one - other);
  const middle = sorted[Math.ceil(sorted.length / 2) - 1];
  const rounded = (value: number | undefined): number | null => (value === undefined ? null : Math.round(value));
  return { tasks: sorted.length, p50Ms: rounded(middle), maxMs: rounded(sorted.at(-1)) };
}
