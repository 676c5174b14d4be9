import type { Command } from 'commander';

import { type Closable, closeAll } from '../../core/closable.ts';
import { ConfigFailure } from '../../core/failures.ts';
import type { Log } from '../../core/log.ts';
import type { Dashboard, StartDashboard } from '../../process/dashboard.ts';
import type { Windrow } from '../../process/windrow.ts';
import type { Worker } from '../../worker/worker.ts';
import { done } from '../answer.ts';
import { loadDashboard } from '../project-file.ts';
import type { Session } from '../session.ts';
import type { Shell } from '../shell.ts';
import { type StopSignals, type StopStep, aborted, listenForStop } from '../stop-signals.ts';
import { stopText } from '../text/stop-text.ts';

type Part = 'worker' | 'scheduler' | 'dashboard';

export function addServers(program: Command, { act }: Shell): void {
  const server = (name: string, description: string, parts: readonly Part[]): void => {
    program
      .command(name)
      .description(description)
      .action(act((session: Session) => serve(session, parts)));
  };
  server('up', 'scheduler, worker and dashboard in one process', ['scheduler', 'worker', 'dashboard']);
  server('worker', 'take tasks and run them', ['worker']);
  server('scheduler', 'make windows and runs when they are due, and put back what was lost', ['scheduler']);
  server('dashboard', 'the web pages', ['dashboard']);
}

async function serve(session: Session, parts: readonly Part[]): Promise<undefined> {
  const log = session.serverLog();
  const workers: Worker[] = [];
  const signals = listenForServer(log, parts.includes('worker') ? workers : undefined);
  try {
    const startDashboard = parts.includes('dashboard') ? await findDashboard(session, parts) : undefined;
    // The pages only look at what others run.
    const learning = parts.some((part) => part !== 'dashboard') ? 'all' : 'new';
    await session.withWindrow((windrow) => run(session, windrow, { parts, startDashboard, signals, workers }), {
      log,
      learning,
      deedsFrom: 'server',
    });
    log.info('Stopped');
  } finally {
    await signals.close();
  }
}

/** Without a worker there is nothing to hand back: the second signal is the last. */
function listenForServer(log: Log, workers: readonly Worker[] | undefined): StopSignals {
  const announce = (step: StopStep) => () =>
    log.info(
      stopText(
        step,
        workers?.reduce((sum, { inHand }) => sum + inHand, 0),
      ),
    );
  const tell = { stop: announce('stop'), hurry: announce('hurry'), end: announce('end') };
  return listenForStop(tell, workers === undefined ? ['stop', 'end'] : undefined);
}

interface Serving {
  readonly parts: readonly Part[];
  readonly startDashboard: StartDashboard | undefined;
  readonly signals: StopSignals;
  /** Those that were started. */
  readonly workers: Worker[];
}

async function run(session: Session, windrow: Windrow, serving: Serving): Promise<void> {
  const { parts, startDashboard, signals } = serving;
  const started: Closable[] = [];
  try {
    if (parts.includes('worker')) await startWorker(windrow, started, serving);
    if (parts.includes('scheduler')) started.push(windrow.startScheduler());
    const dashboard = startDashboard === undefined ? undefined : await openDashboard(windrow, startDashboard);
    if (dashboard !== undefined) started.push(dashboard);
    tellReady(session, windrow, { parts, dashboard });
    await aborted(signals.stop);
  } finally {
    await closeAll(started);
  }
}

async function startWorker(windrow: Windrow, started: Closable[], { signals, workers }: Serving): Promise<void> {
  const worker = windrow.startWorker();
  workers.push(worker);
  started.push({ close: () => worker.close(signals.hurry) });
  await worker.ready();
}

function openDashboard({ settings, ...windrow }: Windrow, start: StartDashboard): Promise<Dashboard> {
  return start({ settings, ...windrow }, settings.dashboard);
}

async function findDashboard(session: Session, parts: readonly Part[]): Promise<StartDashboard | undefined> {
  const found = await loadDashboard(session.projectFile());
  if (found !== undefined || parts.length > 1) return found;
  throw new ConfigFailure(
    'E_DASHBOARD_ABSENT',
    'This project has no dashboard. Name its module in package.json: { "windrow": { "dashboard": "./dashboard/server/index.ts" } }.',
  );
}

interface Ready {
  readonly parts: readonly Part[];
  readonly dashboard: Dashboard | undefined;
}

function tellReady(session: Session, { dispatcher, dags }: Windrow, { parts, dashboard }: Ready): void {
  const running = parts.filter((part) => part !== 'dashboard' || dashboard !== undefined);
  const json = {
    ready: true,
    parts: running,
    queues: dispatcher.backend,
    dags: [...dags.keys()],
    dashboard: dashboard?.url ?? null,
  };
  const lines = [
    `Windrow is ready: ${running.join(', ')}; ${dags.size} dags; queues on ${dispatcher.backend === 'redis' ? 'Redis' : 'PostgreSQL'}.`,
    ...(parts.includes('dashboard')
      ? [dashboard === undefined ? 'No dashboard is configured.' : `Dashboard: ${dashboard.url}`]
      : []),
    'Stop with Ctrl-C.',
  ];
  session.print(done(json, lines.join('\n')));
}
