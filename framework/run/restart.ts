import type { TaskId } from '../core/ids.ts';
import { type Shape, judged } from './cascade.ts';
import { unchosen } from './choice.ts';
import { isExpanded, isInstance } from './mapped.ts';
import {
  type Draft,
  type FoundRun,
  type PlannedTask,
  type RunPlan,
  type TaskChange,
  closing,
  moved,
  newDraft,
  put,
  spread,
} from './plan.ts';
import { isFinal } from './task-state.ts';

/**
 * Starts a run again whose tasks were cleared: as if those that stay had ended first, and in this order what they chose
 * and their counters decide about the others.
 * @param found must hold every task of the run
 */
export function planRestart(found: FoundRun): RunPlan {
  const draft = newDraft(found);
  const unwanted = keptChoices(found);
  for (const task of found.tasks.values()) {
    if (task.state !== 'none' || isInstance(task)) continue;
    const reason = unwanted.get(task.id);
    if (reason === undefined) for (const change of begun(draft, task)) put(draft, change);
    else put(draft, { ...task, state: 'skipped', reason });
  }
  const ended = [...draft.changes.values()].filter(({ state }) => isFinal(state));
  for (const change of ended) spread(draft, change);
  return { ...closing(found, [...draft.changes.values()]), accepted: [] };
}

/** What tasks that stay keep from running, by what they chose, and why. */
export function keptChoices({ shape, tasks }: Pick<FoundRun, 'shape' | 'tasks'>): ReadonlyMap<TaskId, string> {
  const said = [...tasks.values()].flatMap(({ id, state, choice }) =>
    state === 'success' && choice !== undefined ? [unchosen(shape, id, choice)] : [],
  );
  return new Map(said.flatMap(({ tasks: ids, reason }) => ids.map((id) => [id, reason] as const)));
}

function begun(draft: Draft, task: PlannedTask): readonly TaskChange[] {
  const join = judgedIn(draft.shape, task);
  if (join === undefined || join.state === 'none') return [];
  if (isExpanded(task) && !isFinal(join.state)) return [{ ...task, state: 'running' }, ...instancesAgain(draft, task)];
  const change = moved(task, join);
  return change === undefined ? [] : [change];
}

function judgedIn(shape: Shape, task: PlannedTask): ReturnType<typeof judged> | undefined {
  const spec = shape.tasks.get(task.id);
  return spec === undefined ? undefined : judged(task, spec);
}

function instancesAgain({ tasks }: Draft, { id }: PlannedTask): readonly TaskChange[] {
  return [...tasks.values()]
    .filter((task) => task.id === id && isInstance(task) && task.state === 'none')
    .map((task) => ({
      ...task,
      state: task.limited ? 'scheduled' : 'queued',
      seq: task.limited ? task.seq : task.seq + 1,
      attempt: task.attempt + 1,
    }));
}
