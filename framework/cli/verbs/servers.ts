import type { Command } from 'commander';

import { type Closable, closeAll } from '../../core/closable.ts';
import { ConfigFailure } from '../../core/failures.ts';
import type { Dashboard, StartDashboard } from '../../process/dashboard.ts';
import type { Windrow } from '../../process/windrow.ts';
import { done } from '../answer.ts';
import { loadDashboard } from '../project-file.ts';
import type { Session } from '../session.ts';
import type { Shell } from '../shell.ts';
import { type StopSignals, aborted, listenForStop } from '../stop-signals.ts';

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
  const signals = listenForStop((step) => log.info(ANNOUNCED[step]));
  try {
    const startDashboard = parts.includes('dashboard') ? await findDashboard(session, parts) : undefined;
    await session.withWindrow((windrow) => run(session, windrow, { parts, startDashboard, signals }), log);
    log.info('Stopped');
  } finally {
    await signals.close();
  }
}

const ANNOUNCED = {
  stop: 'Stopping: no new tasks are taken, tasks in hand have 20 s. The next signal hands them back at once',
  hurry: 'Tasks in hand are told to stop and are handed back. The next signal ends this process as it is',
} as const;

interface Serving {
  readonly parts: readonly Part[];
  readonly startDashboard: StartDashboard | undefined;
  readonly signals: StopSignals;
}

async function run(session: Session, windrow: Windrow, { parts, startDashboard, signals }: Serving): Promise<void> {
  const started: Closable[] = [];
  try {
    if (parts.includes('worker')) await startWorker(windrow, started, signals.hurry);
    if (parts.includes('scheduler')) started.push(windrow.startScheduler());
    const dashboard = startDashboard === undefined ? undefined : await openDashboard(windrow, startDashboard);
    if (dashboard !== undefined) started.push(dashboard);
    tellReady(session, windrow, { parts, dashboard });
    await aborted(signals.stop);
  } finally {
    await closeAll(started);
  }
}

async function startWorker(windrow: Windrow, started: Closable[], hurry: AbortSignal): Promise<void> {
  const worker = windrow.startWorker();
  started.push({ close: () => worker.close(hurry) });
  await worker.ready();
}

function openDashboard({ settings, ...windrow }: Windrow, start: StartDashboard): Promise<Dashboard> {
  const { host, port, user, password } = settings.dashboard;
  const credentials = { ...(user === undefined ? {} : { user }), ...(password === undefined ? {} : { password }) };
  return start({ settings, ...windrow }, { host, port, ...credentials });
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
