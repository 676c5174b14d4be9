import { type Command, Option } from 'commander';

import type { Json } from '../../core/json.ts';
import { BACKFILL_SELECTIONS, type BackfillSelection, type Moment } from '../../record/backfill-plan.ts';
import { type BackfillRequest, backfills } from '../../process/backfills.ts';
import type { Windrow } from '../../process/windrow.ts';
import { type BackfillFilter, listBackfills, showBackfill } from '../../store/backfills/read-backfills.ts';
import type { SwitchedBackfill } from '../../store/backfills/switch-backfill.ts';
import { type Answer, done, notFound, refused } from '../answer.ts';
import { idArgument, limitArgument, momentArgument, paramArgument, positionArgument } from '../arguments.ts';
import { backfillTable, backfillText, plannedTable, progressText } from '../text/backfill-text.ts';
import { unknownName } from '../near-names.ts';
import type { Session } from '../session.ts';
import type { Shell } from '../shell.ts';

interface CreateOptions {
  readonly dag: string;
  readonly from: Moment;
  readonly to: Moment;
  readonly only: BackfillSelection;
  readonly maxActive: number;
  readonly reverse?: true;
  readonly param: Readonly<Record<string, Json>>;
  readonly dryRun?: true;
}

export function addBackfills(program: Command, { act }: Shell): void {
  const group = program.command('backfill').description('many windows of one dag, run beside its schedule');
  group
    .command('create')
    .description(
      'run the whole windows of a schedule, or those that a sensor found, between two moments; new windows go first',
    )
    .requiredOption('--dag <id>', 'whose windows')
    .requiredOption(
      '--from <moment>',
      'where they begin: 2026-01-20T13:00Z, or a date in the zone of the schedule',
      momentArgument,
    )
    .requiredOption('--to <moment>', 'where they end, itself not included', momentArgument)
    .addOption(new Option('--only <which>', 'which of them').choices(BACKFILL_SELECTIONS).default('missing'))
    .option('--max-active <count>', 'at most so many at once', limitArgument, 4)
    .option('--reverse', 'the newest first')
    .option('--param <name=value>', 'a parameter for every run, JSON or text; may be given again', paramArgument, {})
    .option('--dry-run', 'show the windows with what each would do, and change nothing')
    .action(act(create));
  group
    .command('list')
    .description('backfills, newest first')
    .option('--dag <id>', 'of this dag only')
    .option('--limit <count>', 'at most so many', limitArgument, 20)
    .option('--before <id>', 'older than this backfill', idArgument)
    .action(act(list));
  group
    .command('show')
    .description('one backfill: its windows, and what it waits for')
    .argument('<id>', 'number of the backfill', idArgument)
    .option('--limit <count>', 'at most so many windows', limitArgument, 100)
    .option('--after <position>', 'windows behind this position', positionArgument)
    .action(act(show));
  for (const verb of SWITCHES) {
    group
      .command(verb)
      .description(MEANINGS[verb])
      .argument('<id>', 'number of the backfill', idArgument)
      .action(
        act((session: Session, id: number) =>
          session.withWindrow(async (windrow) => answerSwitched(id, await backfills(windrow)[verb](id, session.user))),
        ),
      );
  }
}

const SWITCHES = ['pause', 'resume', 'cancel'] as const;

const MEANINGS: Readonly<Record<(typeof SWITCHES)[number], string>> = {
  pause: 'begin no more windows; those that are active go on',
  resume: 'go on; of an ended one, run the windows again that failed or were cancelled',
  cancel: 'give up the windows that wait, and cancel the runs that are open',
};

async function create(session: Session, { param: params, dryRun, dag, ...options }: CreateOptions): Promise<Answer> {
  const request = { ...options, dagId: dag, params, createdBy: session.user };
  return session.withWindrow((windrow) => (dryRun === true ? preview(windrow, request) : start(windrow, request)));
}

async function preview(windrow: Windrow, request: BackfillRequest): Promise<Answer> {
  const plan = await backfills(windrow).plan(request);
  if (plan.kind === 'not_found') return unknownDag(windrow, request.dagId);
  if (plan.kind === 'refused') return refused(plan.reason);
  const { from, to, windows } = plan;
  return done(
    { dryRun: true, dagId: request.dagId, from, to, windows },
    `${plannedTable(windows)}\n\nDry run: nothing was changed.`,
  );
}

async function start(windrow: Windrow, request: BackfillRequest): Promise<Answer> {
  const created = await backfills(windrow).create(request);
  if (created.kind === 'not_found') return unknownDag(windrow, request.dagId);
  if (created.kind === 'refused') return refused(created.reason);
  const { backfill } = created;
  return done(
    { dryRun: false, ...backfill },
    `Backfill ${backfill.id} is created. ${progressText(backfill)} Follow it: windrow backfill show ${backfill.id}`,
  );
}

interface ListOptions extends Omit<BackfillFilter, 'dagId'> {
  readonly dag?: string;
}

async function list(session: Session, { dag, ...page }: ListOptions): Promise<Answer> {
  const found = await session.withDatabase((database) =>
    listBackfills(database, { ...page, ...(dag === undefined ? {} : { dagId: dag }) }),
  );
  return done(found, backfillTable(found));
}

async function show(
  session: Session,
  id: number,
  page: { readonly limit: number; readonly after?: number },
): Promise<Answer> {
  const backfill = await session.withDatabase((database) => showBackfill(database, id, page));
  return backfill === undefined ? noBackfill(id) : done(backfill, backfillText(backfill));
}

function answerSwitched(id: number, switched: SwitchedBackfill): Answer {
  switch (switched.kind) {
    case 'not_found':
      return noBackfill(id);
    case 'refused':
      return refused(switched.reason);
    case 'switched': {
      const { backfill } = switched;
      return done(backfill, `Backfill ${id} is ${backfill.state}. ${progressText(backfill)}`);
    }
  }
}

function unknownDag({ dags }: Windrow, id: string): Answer {
  return notFound(unknownName('dag', id, [...dags.keys()]));
}

function noBackfill(id: number): Answer {
  return notFound(`There is no backfill ${id}. The newest: windrow backfill list`);
}
