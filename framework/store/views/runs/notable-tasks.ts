import type { TaskView } from './read-run-tasks.ts';

/** The most instances of a mapped task on a page or in a table. */
const MOST = 50;

/** Of every mapped task the instances to look at first, those that did not succeed before others; all other tasks. */
export function notableTasks(tasks: readonly TaskView[]): readonly TaskView[] {
  return [...Map.groupBy(tasks, ({ taskId }) => taskId).values()].flatMap(([counted, ...instances]) => {
    const best = instances.toSorted((a, b) => Number(a.state === 'success') - Number(b.state === 'success'));
    const shown = new Set([counted, ...best.slice(0, MOST)]);
    return [counted, ...instances].filter((task) => task !== undefined).filter((task) => shown.has(task));
  });
}

/** `3 of 10 instances ended, 1 failed`, for the summary of a mapped task. */
export function instancesText({ instances }: Pick<TaskView, 'instances'>): string | null {
  if (instances === null) return null;
  const { total, success, failed, skipped } = instances;
  const others = [
    failed > 0 ? `, ${failed} failed` : '',
    skipped > 0 ? `, ${skipped} skipped` : '',
    total > MOST ? `, at most ${MOST} shown` : '',
  ];
  return `${success + failed + skipped} of ${total} instances ended${others.join('')}`;
}
