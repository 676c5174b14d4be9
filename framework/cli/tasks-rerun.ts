import { operations } from '../process/operations.ts';
import type { RerunTarget, TaskAgain, TasksAgain, TasksRerun } from '../process/rerun-tasks.ts';
import type { Windrow } from '../process/windrow.ts';
import { type Answer, done, refused } from './answer.ts';
import type { Session } from './session.ts';
import { type StartedRun, answerStarted } from './started-run.ts';
import { facts, table } from './table.ts';

export interface TasksRerunRequest {
  readonly target: RerunTarget;
  readonly tasks: TasksAgain;
  readonly dryRun: boolean;
  readonly finish: StartedRun['finish'];
  /** Where there is no such run or record. */
  readonly missing: Answer;
}

/** Does some tasks of an ended run again, or shows what that would reset. */
export async function rerunTasks(session: Session, windrow: Windrow, request: TasksRerunRequest): Promise<Answer> {
  const { target, tasks, dryRun, finish } = request;
  const result = await operations(windrow).rerunTasks(target, tasks, { dryRun, by: session.user });
  if (result.kind === 'not_found') return request.missing;
  if (result.kind === 'refused') return refused(result.reason);
  const { plan } = result;
  const json = { dryRun, ...plan };
  if (dryRun) return done(json, `${text(plan)}\n\nDry run: nothing was changed.`);
  return answerStarted(session, { windrow, runId: plan.runId, finish, json, text: `${text(plan)}\n\n`, isAgain: true });
}

function text({ runId, dagId, was, tasks, record }: TasksRerun): string {
  const head = facts([
    ['run', runId],
    ['dag', dagId],
    ['state', `${was}, then running`],
    ['history', 'stays: attempts go on behind those that were'],
  ]);
  const rows = tasks.map((task) => [task.task, task.now, effectText(task)]);
  const parts = [head, '', table(['task', 'now', 'then'], rows, 'The run has no tasks.')];
  return [...parts, ...(record === undefined ? [] : ['', recordText(record)])].join('\n');
}

const EFFECTS: Readonly<Record<TaskAgain['effect'], string>> = {
  starts: 'again, at once',
  waits: 'again, behind its upstream',
  stays: 'stays',
  skipped: 'skipped again, by what stays',
  upstream_failed: 'upstream_failed again, by what stays',
};

function effectText({ effect, instances }: TaskAgain): string {
  if (instances === undefined) return EFFECTS[effect];
  const named = instances.slice(0, MOST_NAMED).join(', ');
  const more = instances.length > MOST_NAMED ? ` and ${instances.length - MOST_NAMED} more` : '';
  return `only its instances ${named}${more} again; the others stay`;
}

const MOST_NAMED = 10;

function recordText({ id, keeps, repeats, resets }: NonNullable<TasksRerun['record']>): string {
  const head = facts([
    ['record', id],
    ['phases that stay', keeps.join(', ')],
    ['done again', repeats.join(', ')],
  ]);
  const rows = resets.map(({ column, before, after }) => [column, JSON.stringify(before), JSON.stringify(after)]);
  return `${head}\n\n${table(['column', 'now', 'then'], rows, 'No column changes.')}`;
}
