import type { FailureRecord } from '../../core/failures.ts';
import type { Temporal } from '../../core/time.ts';
import { type Window, windowText } from '../../core/window.ts';
import { type Answer, notFound } from '../answer.ts';
import type { LogLine } from '../../store/views/runs/read-task-log.ts';
import { instancesText, notableTasks } from '../../store/views/runs/notable-tasks.ts';
import type { RunSummary } from '../../store/views/runs/run-summary.ts';
import type { RunDetail } from '../../store/views/runs/show-run.ts';
import { type Cell, facts, table } from '../table.ts';

export function runTable(runs: readonly RunSummary[]): string {
  const rows = runs.map((run): Cell[] => [
    run.id,
    run.dagId,
    run.kind,
    run.state,
    window(run.window),
    run.recordId,
    moment(run.createdAt),
    elapsed(run),
  ]);
  return table(['run', 'dag', 'kind', 'state', 'window', 'record', 'created', 'took'], rows, 'There are no such runs.');
}

export function runText(run: RunDetail): string {
  const head = facts([
    ['run', run.id],
    ['dag', run.dagId],
    ['kind', run.kind],
    ['state', run.state],
    ['window', window(run.window)],
    ['record', run.recordId],
    ['created', moment(run.createdAt)],
    ['must end by', moment(run.deadlineAt)],
    ['took', elapsed(run)],
    ...again(run),
  ]);
  return [head, '', taskTable(run), ...failures(run)].join('\n');
}

/** The tries of earlier lives are in the JSON and in the logs. */
function again({ cleared, attempts }: RunDetail): readonly (readonly [string, Cell])[] {
  if (cleared === 0) return [];
  return [['tasks done again', `${cleared === 1 ? 'once' : `${cleared} times`}, ${attempts.length} tries in all`]];
}

function taskTable(run: RunDetail): string {
  const rows = notableTasks(run.tasks).map((task): Cell[] => [
    task.name,
    task.state,
    task.attempt,
    elapsed(task),
    task.reason ?? task.failure?.code ?? instancesText(task),
  ]);
  return table(['task', 'state', 'attempt', 'took', 'why'], rows, 'The run has no tasks.');
}

/** The failures of a run in full; tables show codes only. */
function failures(run: RunDetail): readonly string[] {
  const whole = run.timedOut === null ? [] : ['', `${run.timedOut.code}: ${run.timedOut.message}`];
  const tasks = notableTasks(run.tasks).flatMap(({ name, failure }) =>
    failure === null
      ? []
      : ['', `${name}: ${failure.code}: ${failure.message}`, ...failure.causes.map((cause) => `  caused by ${cause}`)],
  );
  return [...whole, ...tasks];
}

export function noRun(id: number): Answer {
  return notFound(`There is no run ${id}. The newest: windrow runs list`);
}

export function logText(lines: readonly LogLine[], nameOf: (line: LogLine) => string): string {
  const shared = sharedAttempts(lines);
  const texts = lines.map((line) => {
    const { at, attempt, fence, level, message, fields } = line;
    const more = Object.keys(fields).length === 0 ? '' : ` ${JSON.stringify(fields)}`;
    const which = shared.has(attempt) ? `attempt ${attempt} (fence ${fence ?? 'unknown'})` : `attempt ${attempt}`;
    return `${moment(at)} ${nameOf(line)} ${which} ${level.padEnd(5)} ${message}${more}`;
  });
  return texts.join('\n');
}

/** A try that was lost and the one behind it have the same attempt. */
function sharedAttempts(lines: readonly LogLine[]): ReadonlySet<number> {
  const byAttempt = Map.groupBy(lines, ({ mapIndex, attempt }) => `${mapIndex} ${attempt}`);
  const shared = [...byAttempt.values()].filter((tries) => new Set(tries.map(({ fence }) => fence)).size > 1);
  return new Set(shared.flatMap((tries) => tries.map(({ attempt }) => attempt)));
}

/** A run as JSON. Stacks name files of the machine that ran the task: they are for --debug. */
export function runJson({ tasks, attempts, ...run }: RunDetail, options: { readonly debug: boolean }): object {
  const shown = <T extends { readonly failure: FailureRecord | null }>(item: T): T => ({
    ...item,
    failure: options.debug ? item.failure : withoutStack(item.failure),
  });
  return { ...run, tasks: tasks.map(shown), attempts: attempts.map(shown) };
}

export function withoutStack(failure: FailureRecord | null): FailureRecord | null {
  if (failure === null) return null;
  const { stack: _stack, ...shown } = failure;
  return shown;
}

function window(value: Window | null): string | null {
  return value === null ? null : windowText(value);
}

/** `2026-01-20 13:15:02Z` */
export function moment(instant: Temporal.Instant | null | undefined): string | null {
  if (instant === null || instant === undefined) return null;
  return instant.toString({ smallestUnit: 'second' }).replace('T', ' ');
}

interface Stretch {
  readonly startedAt: Temporal.Instant | null | undefined;
  readonly endedAt: Temporal.Instant | null | undefined;
}

/** `0.25 s`, or nothing while it lasts. */
export function elapsed({ startedAt, endedAt }: Stretch): string | null {
  if (startedAt === null || startedAt === undefined || endedAt === null || endedAt === undefined) return null;
  return `${(endedAt.since(startedAt).total('milliseconds') / 1000).toFixed(2)} s`;
}
