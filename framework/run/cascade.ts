import type { TaskId } from '../core/ids.ts';
import type { DagGraph, GraphTask } from '../dag/graph.ts';
import type { TriggerRule } from '../dag/trigger-rule.ts';
import { type TaskState, TASK_TRANSITIONS, isFinal } from './task-state.ts';
import { type TriggerDecision, type UpstreamTally, tallyOf, triggerDecision } from './trigger-decision.ts';

/** The part of a task instance that joins are decided on. */
export interface JoinState {
  readonly state: TaskState;
  readonly tally: UpstreamTally;
  /** Held by limits: it is admitted to its pool, or waits for the previous window, before it is dispatched. */
  readonly limited: boolean;
}

/** A dag's graph with its edges turned round. */
export interface Shape {
  readonly tasks: ReadonlyMap<TaskId, GraphTask>;
  readonly downstream: ReadonlyMap<TaskId, readonly TaskId[]>;
}

export function shapeOf(graph: DagGraph): Shape {
  const downstream = new Map<TaskId, TaskId[]>(graph.tasks.map((task) => [task.id, []]));
  for (const task of graph.tasks) for (const upstream of task.upstream) downstream.get(upstream)?.push(task.id);
  return { tasks: new Map(graph.tasks.map((task) => [task.id, task])), downstream };
}

/** Every task that can be reached from `from`, not counting `from` itself. */
export function descendants(shape: Shape, from: readonly TaskId[]): TaskId[] {
  const seen = new Set<TaskId>();
  const frontier = [...from];
  for (let next = frontier.pop(); next !== undefined; next = frontier.pop()) {
    for (const id of shape.downstream.get(next) ?? []) {
      if (seen.has(id)) continue;
      seen.add(id);
      frontier.push(id);
    }
  }
  return [...seen];
}

/**
 * What tasks that just became final do to the tasks after them: counters, tasks that become ready, and the cascade of
 * skipped and upstream_failed ones. `joins` must hold every descendant of `ended`.
 */
export function cascade(
  shape: Shape,
  joins: ReadonlyMap<string, JoinState>,
  ended: readonly { readonly id: TaskId; readonly state: TaskState }[],
): ReadonlyMap<TaskId, JoinState> {
  const changed = new Map<TaskId, JoinState>();
  const frontier = ended.filter(({ state }) => isFinal(state));
  for (let next = frontier.shift(); next !== undefined; next = frontier.shift()) {
    for (const id of shape.downstream.get(next.id) ?? []) {
      const before = changed.get(id) ?? joins.get(id);
      const task = shape.tasks.get(id);
      if (before === undefined || task === undefined) continue;
      const after = hear(before, next.state, task);
      changed.set(id, after);
      if (after.state !== before.state && isFinal(after.state)) frontier.push({ id, state: after.state });
    }
  }
  return changed;
}

/** The state in which a task of a new run begins. */
export function firstState(task: GraphTask, limited: boolean): TaskState {
  const tally = { total: task.upstream.length, success: 0, failed: 0, skipped: 0 };
  return decided({ state: 'none', limited }, triggerDecision(ruleOf(task), tally));
}

/** A task as its counters decide about it at this moment. */
export function judged(before: JoinState, task: GraphTask): JoinState {
  return { ...before, state: decided(before, triggerDecision(ruleOf(task), before.tally)) };
}

function hear(before: JoinState, upstream: TaskState, task: GraphTask): JoinState {
  const counter = tallyOf(upstream);
  if (counter === undefined) return before;
  const tally = { ...before.tally, [counter]: before.tally[counter] + 1 };
  return judged({ ...before, tally }, task);
}

function ruleOf(task: GraphTask): TriggerRule {
  return task.teardown ? 'all_done' : task.rule;
}

const UNLIMITED = { run: 'dispatch', skip: 'rule_skips', fail: 'rule_fails' } as const;
const LIMITED = { ...UNLIMITED, run: 'hold' } as const;

function decided({ state, limited }: Pick<JoinState, 'state' | 'limited'>, decision: TriggerDecision): TaskState {
  if (state !== 'none' || decision === 'wait') return state;
  const event = (limited ? LIMITED : UNLIMITED)[decision];
  const next = TASK_TRANSITIONS[state][event];
  return next === 'ignore' || next === 'illegal' ? state : next;
}
