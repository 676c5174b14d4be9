import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';

import { type Closable, ConfigFailure, type Environment, type Log, Temporal, closeAll } from '#framework';
import { type Windrow, openEmbeddedPostgres, openWindrow, readEngineSettings } from '#framework/operate';
import { project } from '#dags';
import { startDashboard } from '#dashboard';
import { redshiftConnection, type RedshiftReader } from '#tasks/redshift';

import { CLAIM_FILE } from '../claim.ts';
import type { Sandbox } from '../start.ts';
import { vaultSizes } from '../vault-sizes.ts';
import { type DemoClock, demoClock } from './demo-clock.ts';
import { type DemoState, demoStatePath, findDemoState, saveDemoState } from './demo-state.ts';
import { publishEnvironment } from './live-environment.ts';
import type { DemoOptions } from './options.ts';
import { claimStandIns, standInFolder, startStandIns } from './stand-ins.ts';
import { enabledAtFor, nowFor } from './timetable.ts';

export interface Demo extends Closable {
  readonly windrow: Windrow;
  readonly sandbox: Sandbox;
  readonly clock: DemoClock;
  readonly reader: RedshiftReader;
  readonly enabledAt: Temporal.Instant;
  readonly dashboardUrl: string;
}

const USUAL_WINDOWS = 12;

export interface OpenTools {
  readonly environment: Environment;
  readonly log: Log;
  /** What is open already is closed when it aborts. */
  readonly stop: AbortSignal;
}

/** Starts the database, the stand-ins and the product, all in this process, on what an earlier demo left. */
export async function openDemo(options: DemoOptions, tools: OpenTools): Promise<Demo> {
  const opened: Closable[] = [];
  try {
    return await open(options, { ...tools, opened });
  } catch (error) {
    await closeAll(opened).catch(() => {});
    throw error;
  }
}

interface Opening extends OpenTools {
  readonly opened: Closable[];
}

async function open(options: DemoOptions, { environment, log, stop, opened }: Opening): Promise<Demo> {
  const keep = <T extends Closable>(part: T): T => {
    opened.push(part);
    stop.throwIfAborted();
    return part;
  };
  const { home } = options;
  const claim = keep(claimStandIns(home));
  if (options.fresh) await forget(home, environment);
  const state = advanced(findDemoState(home), options.windows ?? USUAL_WINDOWS);
  saveDemoState(home, state);
  const clock = demoClock(state.now);
  const server = keep(await openEmbeddedPostgres({ directory: join(home, 'postgres') }));
  const sandbox = keep(
    await startStandIns({ home, state, clock, databaseUrl: server.url, sizes: vaultSizes(options), claim }),
  );
  const published = keep(publishEnvironment(home, { claim, environment: sandbox.environment, clock }));
  // The SDKs read credentials from the process; everything else goes by the settings.
  Object.assign(process.env, sandbox.environment);
  const sources = {
    environment: { WINDROW_TICK: '500ms', ...environment, ...sandbox.environment, WINDROW_HOME: home },
    readFile: () => undefined,
  };
  const reading = readEngineSettings(sources);
  if (reading.kind === 'unreadable') throw unreadable(reading.problems);
  const { settings } = reading;
  const windrow = keep(await openWindrow({ project, settings, sources, clock, log, random: Math.random }));
  keep(windrow.startScheduler());
  const worker = keep(windrow.startWorker());
  await worker.ready();
  const dashboard = keep(await openDashboard(windrow));
  const { reader } = await windrow.connections.get(redshiftConnection);
  return {
    windrow,
    sandbox,
    clock: {
      now: clock.now,
      moveTo: clock.moveTo,
      run: (rate) => {
        clock.run(rate);
        published.tellRate(rate);
      },
    },
    reader,
    enabledAt: state.enabledAt,
    dashboardUrl: dashboard.url,
    close: async () => {
      saveDemoState(home, { ...state, now: clock.now() });
      await closeAll(opened.splice(0));
    },
  };
}

/** The port of the settings where it is free; a second demo on the machine takes any other. */
async function openDashboard(windrow: Windrow): ReturnType<typeof startDashboard> {
  const { dashboard } = windrow.settings;
  try {
    return await startDashboard(windrow, dashboard);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EADDRINUSE')) throw error;
    return startDashboard(windrow, { ...dashboard, port: 0 });
  }
}

function advanced(known: DemoState | undefined, windows: number): DemoState {
  const enabledAt = known?.enabledAt ?? enabledAtFor(windows);
  const now = nowFor(enabledAt, windows);
  const later = known !== undefined && Temporal.Instant.compare(known.now, now) > 0;
  return { enabledAt, now: later ? known.now : now };
}

/** Forgets the state below `home`; a database that somebody else provides is not ours to empty. */
async function forget(home: string, environment: Environment): Promise<void> {
  if ((environment['DATABASE_URL'] ?? '') !== '') {
    throw new ConfigFailure(
      'E_DEMO_FOREIGN_DATABASE',
      '--fresh removes the demo\'s own database only, and DATABASE_URL names another. Unset DATABASE_URL, or drop the schemas "windrow" and "bullmq" there yourself.',
    );
  }
  const postgres = join(home, 'postgres');
  if (existsSync(postgres)) await (await openEmbeddedPostgres({ directory: postgres })).close();
  if (existsSync(join(postgres, 'data', 'postmaster.pid'))) {
    throw new ConfigFailure(
      'E_DEMO_IN_USE',
      `Another program uses ${home}. Stop it before starting over with --fresh.`,
    );
  }
  const folder = standInFolder(home);
  const standIns = readdirSync(folder).filter((name) => name !== CLAIM_FILE);
  for (const path of [postgres, ...standIns.map((name) => join(folder, name)), demoStatePath(home)])
    rmSync(path, { recursive: true, force: true });
}

function unreadable(problems: readonly string[]): ConfigFailure {
  return new ConfigFailure(
    'E_SETTINGS',
    `The settings have mistakes:\n${problems.map((problem) => `  - ${problem}`).join('\n')}`,
    { problems },
  );
}
