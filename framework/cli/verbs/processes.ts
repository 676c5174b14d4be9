import type { Command } from 'commander';

import { SILENCE, type ProcessView, findLiveProcesses } from '../../store/workers.ts';
import { type Answer, done } from '../answer.ts';
import { moment } from '../text/run-text.ts';
import type { Session } from '../session.ts';
import type { Shell } from '../shell.ts';
import { type Cell, table } from '../table.ts';

export function addProcesses(program: Command, { act }: Shell): void {
  program
    .command('processes')
    .description('the workers and schedulers that live, on every machine')
    .command('list')
    .description('each with its place, its pools, the tasks it runs, and how often it made a hanging consumer anew')
    .action(act(list));
}

async function list(session: Session): Promise<Answer> {
  const found = await session.withDatabase((database) => findLiveProcesses(database, SILENCE));
  return done(found, processTable(found));
}

function processTable(processes: readonly ProcessView[]): string {
  const rows = processes.map((process): Cell[] => [
    process.id,
    process.kind,
    process.host,
    process.pid,
    moment(process.startedAt),
    moment(process.seenAt),
    process.kind === 'worker' ? process.pools.join(', ') : null,
    process.dags.length,
    process.kind === 'worker' ? process.running : null,
    process.renewedAt === null ? null : `${process.renewals}, last ${moment(process.renewedAt)}`,
  ]);
  const titles = [
    'process',
    'kind',
    'host',
    'pid',
    'started',
    'seen',
    'pools',
    'dags',
    'running',
    'consumers made anew',
  ];
  return table(titles, rows, 'No worker and no scheduler lives. Start both: windrow up');
}
