import type { Command } from 'commander';

import type { AuditEntry, AuditFilter } from '../../../store/access/audit-log.ts';
import { type Answer, done } from '../../answer.ts';
import { idArgument, limitArgument } from '../../arguments.ts';
import type { Session } from '../../session.ts';
import type { Shell } from '../../shell.ts';
import { type Cell, table } from '../../table.ts';
import { moment } from '../../text/run-text.ts';

export function addAudit(program: Command, { act }: Shell): void {
  program
    .command('audit')
    .description('what people did: at the command line, in the dashboard, through the API')
    .command('list')
    .description('deeds, newest first')
    .option('--actor <name>', 'of this person or program only')
    .option('--action <action>', 'of this kind only, such as record_rerun or login_failed')
    .option('--limit <count>', 'at most so many', limitArgument, 20)
    .option('--before <id>', 'older than this one', idArgument)
    .action(act(list));
}

async function list(session: Session, filter: AuditFilter): Promise<Answer> {
  const entries = await session.withAccess((access) => access.audit(filter));
  return done(entries, auditTable(entries));
}

function auditTable(entries: readonly AuditEntry[]): string {
  const rows = entries.map((entry): Cell[] => [
    entry.id,
    moment(entry.at),
    entry.actor,
    entry.source,
    entry.action,
    entry.dagId,
    entry.runId,
    entry.recordId,
    Object.entries(entry.details)
      .map(([name, value]) => `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`)
      .join(' '),
  ]);
  return table(
    ['id', 'at', 'who', 'from', 'did', 'dag', 'run', 'record', 'details'],
    rows,
    'Nobody has done such a thing.',
  );
}
