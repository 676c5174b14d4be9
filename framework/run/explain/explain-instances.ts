import { type Reason, because } from './reason.ts';
import { type TaskState, isFinal } from '../task-state.ts';
import type { UpstreamTally } from '../trigger-decision.ts';

/** How the instances of a mapped task stand. */
export interface InstanceFacts extends UpstreamTally {
  /** By state, those that have not ended. */
  readonly open: readonly OpenInstances[];
}

interface OpenInstances {
  readonly state: TaskState;
  readonly count: number;
  /** The one of them that holds the others up for longest. */
  readonly nearest: number;
}

interface Mapped {
  readonly runId: number;
  readonly taskId: string;
}

/** Says which instances an expanded mapped task waits for. */
export function explainInstances({ runId, taskId }: Mapped, instances: InstanceFacts): Reason {
  const { total, success, failed, skipped } = instances;
  const open = ordered(instances);
  const list = open.map(({ state, count, nearest }) => `${count} ${state} (see ${taskId}[${nearest}])`).join(', ');
  const [first] = open;
  const text =
    `Task "${taskId}" of run ${runId} waits for its instances: ${success + failed + skipped} of ${total} have ended ` +
    `(${success} succeeded, ${failed} failed, ${skipped} skipped); open are ${list}.` +
    (first === undefined ? '' : ` Look there first: windrow explain task ${runId} '${taskId}[${first.nearest}]'`);
  return because('instances_open', text, {
    total,
    success,
    failed,
    skipped,
    open: open.map((some) => ({ ...some })),
  });
}

/** One instance of each open state, whose reasons are those of the others; the one that needs a look first stands first. */
export function nearestInstances(instances: InstanceFacts): readonly number[] {
  return ordered(instances).map(({ nearest }) => nearest);
}

const FIRST: readonly TaskState[] = ['up_for_retry', 'scheduled', 'queued', 'deferred', 'running'];

function ordered({ open }: InstanceFacts): readonly OpenInstances[] {
  const place = ({ state }: OpenInstances): number => FIRST.indexOf(state);
  return open.filter(({ state }) => !isFinal(state)).toSorted((a, b) => place(a) - place(b));
}
