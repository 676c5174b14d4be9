import { DataFailure } from '../core/failures.ts';
import type { TaskId } from '../core/ids.ts';
import type { Choice, TaskOutcome } from '../dag/task-outcome.ts';
import { type Shape, descendants } from './cascade.ts';

/** The tasks that a choice keeps from running, and why. Teardowns always run. */
export interface Unchosen {
  readonly tasks: readonly TaskId[];
  readonly reason: string;
}

/**
 * What is skipped because of what a successful task chose. A task behind a chosen one is not, even where it also comes
 * directly after the chooser: its rule decides, as in Airflow.
 */
export function unchosen(shape: Shape, chooser: TaskId, choice: Choice): Unchosen {
  const skippable = (ids: readonly TaskId[]): TaskId[] => ids.filter((id) => shape.tasks.get(id)?.teardown === false);
  const next = shape.downstream.get(chooser) ?? [];
  if (choice.kind === 'stop') {
    const tasks = choice.rules === 'ignore' ? descendants(shape, [chooser]) : next;
    return { tasks: skippable(tasks), reason: `stopped by ${chooser}: ${choice.reason}` };
  }
  const chosen = next.filter((id) => choice.tasks.includes(id));
  const kept = new Set([...chosen, ...descendants(shape, chosen)]);
  return { tasks: skippable(next).filter((id) => !kept.has(id)), reason: `not chosen by ${chooser}` };
}

/**
 * The outcome, once what it chooses is known to exist in the shape of its run.
 * @throws DataFailure `E_CHOICE_UNKNOWN`
 */
export function checkedChoice(shape: Shape, chooser: TaskId, outcome: TaskOutcome): TaskOutcome {
  if (outcome.kind !== 'success' || outcome.chooses?.kind !== 'only') return outcome;
  const next: readonly string[] = shape.downstream.get(chooser) ?? [];
  const unknown = outcome.chooses.tasks.find((id) => !next.includes(id));
  if (unknown === undefined) return outcome;
  throw new DataFailure(
    'E_CHOICE_UNKNOWN',
    `Task "${chooser}" chose "${unknown}", which does not come directly after it. ` +
      (next.length === 0 ? 'Nothing does: add an edge to it.' : `Expected some of ${next.join(', ')}, or nothing.`),
    { details: { chosen: unknown, expected: next } },
  );
}

/** An instance of a mapped task has no say in what follows: only all of them together have something after them. */
export function instanceChooses(task: TaskId): DataFailure {
  return new DataFailure(
    'E_CHOICE_OF_INSTANCE',
    `Task "${task}" is mapped, and its instances cannot choose or stop what comes after all of them. ` +
      'Let a task behind it choose, from the list of what they return.',
  );
}
