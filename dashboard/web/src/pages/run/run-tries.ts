import type { AttemptJson, RunDetailJson, RunTaskJson } from '../../../../server/api/shapes/run.ts';
import type { Tone } from '../../format/tone.ts';
import type { GanttTry } from './gantt-rows.ts';

const OUTCOMES: Readonly<Record<string, { readonly words: string; readonly tone: Tone }>> = {
  success: { words: 'success', tone: 'good' },
  skip: { words: 'skipped', tone: 'off' },
  defer: { words: 'deferred', tone: 'waiting' },
  fail: { words: 'failed', tone: 'bad' },
  cancelled: { words: 'cancelled', tone: 'off' },
  lost: { words: 'worker lost', tone: 'bad' },
  handed_back: { words: 'handed back', tone: 'waiting' },
};

/** How a try ended, as a person says it. */
export function outcomeOf(outcome: string): { readonly words: string; readonly tone: Tone } {
  return OUTCOMES[outcome] ?? { words: outcome.replaceAll('_', ' '), tone: 'off' };
}

/** Every try of a run that took time: the ended ones, and those that run. */
export function triesOf({ attempts, tasks }: RunDetailJson): readonly GanttTry[] {
  const ended = attempts.flatMap(({ name, attempt, outcome, startedAt, endedAt }) =>
    startedAt === null ? [] : [{ task: name, attempt, startedAt, endedAt, ...outcomeOf(outcome) }],
  );
  const running = tasks.flatMap(({ name, attempt, state, mapIndex, startedAt }) =>
    state !== 'running' || startedAt === null || mapIndex < 0
      ? []
      : [{ task: name, attempt, startedAt, endedAt: null, words: 'running', tone: 'busy' as const }],
  );
  return [...ended, ...running];
}

/** The task to look at first: what failed, then what runs, then the last one that ended. */
export function notableTask(tasks: readonly RunTaskJson[]): RunTaskJson | undefined {
  return (
    tasks.find(({ state, failure }) => state === 'failed' && failure !== null) ??
    tasks.find(({ state }) => state === 'failed' || state === 'up_for_retry') ??
    tasks.find(({ state }) => state === 'running') ??
    tasks.findLast(({ endedAt }) => endedAt !== null) ??
    tasks[0]
  );
}

/** The tries of one task, oldest first; those of an earlier life of the run too. */
export function triesOfTask(run: RunDetailJson, name: string): readonly AttemptJson[] {
  return run.attempts.filter((attempt) => attempt.name === name);
}

/** Tasks as the graph has them: a mapped task is one box, whatever the number of its instances. */
export function graphTasks(tasks: readonly RunTaskJson[]): readonly RunTaskJson[] {
  return tasks.filter(({ name, taskId }) => name === taskId);
}
