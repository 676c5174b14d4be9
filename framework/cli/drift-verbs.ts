import type { Command } from 'commander';

import type { DriftFilter, DriftLog, LoggedDrift } from '../transfer/schema/drift-log.ts';
import { type Answer, done, notFound, trouble } from './answer.ts';
import type { ProjectShell, VerbTools } from './project-verbs.ts';
import { table } from './table.ts';

/** Opens the drift log of one target. */
export type OpenDriftLog = (tools: VerbTools) => Promise<DriftLog>;

/** Adds `drift list` and `drift accept` to the verbs of a target, such as `windrow redshift drift`. */
export function driftVerbs(target: Command, { act }: ProjectShell, open: OpenDriftLog): void {
  const drift = target.command('drift').description('schema changes of tables');
  drift
    .command('list')
    .description('changes that loads made, and those that a contract keeps back, newest first')
    .option('--waiting', 'only those that wait for somebody to accept them; exit code 1 where there is one')
    .action(act((tools, options: DriftOptions) => listDrift(open, tools, options)));
  drift
    .command('accept')
    .description('let changes go on that a contract keeps back; a window that waits sees it within five minutes')
    .argument('[tables...]', 'the tables whose changes are accepted')
    .option('--all', 'the changes of every table')
    .action(
      act((tools, tables: readonly string[], options: AcceptOptions) =>
        accept(open, tools, { target: target.name(), tables, ...options }),
      ),
    );
}

interface DriftOptions {
  readonly waiting?: boolean;
}

interface AcceptOptions {
  readonly all?: boolean;
}

/** A cluster that was paused takes minutes to answer. */
const ASKING_MS = 300_000;

async function listDrift(open: OpenDriftLog, tools: VerbTools, { waiting = false }: DriftOptions): Promise<Answer> {
  const log = await open(tools);
  const filter: DriftFilter = waiting ? { kind: 'waiting' } : { kind: 'everything' };
  const found = await log.list(filter, AbortSignal.timeout(ASKING_MS));
  const none = waiting ? 'No schema change waits for anybody.' : 'No load has changed a schema.';
  return { exit: waiting && found.length > 0 ? 'failed' : 'ok', json: found, text: said(found, none) };
}

interface Accepting extends AcceptOptions {
  /** The first word of the verb. */
  readonly target: string;
  readonly tables: readonly string[];
}

async function accept(
  open: OpenDriftLog,
  tools: VerbTools,
  { target, tables, all = false }: Accepting,
): Promise<Answer> {
  if (all === tables.length > 0) {
    const message = 'Name the tables whose changes are accepted, or say --all.';
    return trouble('usage', { code: 'E_USAGE', message });
  }
  const log = await open(tools);
  const accepted = await log.accept(all ? undefined : tables, AbortSignal.timeout(ASKING_MS));
  if (accepted.length === 0) {
    return notFound(
      `No schema change of ${all ? 'any table' : tables.join(', ')} waits for anybody. See: windrow ${target} drift list`,
    );
  }
  return done(accepted, [said(accepted, ''), ...whatFollows(accepted)].join('\n'));
}

function said(found: readonly LoggedDrift[], none: string): string {
  const rows = found.map((row) => [
    row.changedAt,
    row.table,
    row.decision,
    row.pipelineId,
    row.recordId,
    row.windowEnd,
    row.sentence,
  ]);
  return table(['when', 'table', 'decision', 'pipeline', 'record', 'window until', 'change'], rows, none);
}

function whatFollows(accepted: readonly LoggedDrift[]): readonly string[] {
  const failed = new Set(accepted.filter(({ decision }) => decision === 'failed').map(({ recordId }) => recordId));
  const waits = accepted.some(({ decision }) => decision === 'paused');
  return [
    '',
    ...(waits ? ['Accepted. Windows that wait go on by themselves within five minutes.'] : []),
    ...[...failed].map((record) => `Accepted. Record ${record} failed: windrow records rerun ${record}`),
  ];
}
