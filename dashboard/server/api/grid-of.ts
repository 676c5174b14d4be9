import type { z } from 'zod';

import type { DagGraph } from '#framework';
import { type GridColumnView, TASK_STATES, type TaskState } from '#framework/operate';

import { pageOf } from './cursor.ts';
import type { Grid } from './shapes/grid.ts';

/** A letter for each state keeps a grid of 500 windows small. */
const LETTERS: Readonly<Record<TaskState, string>> = {
  none: '.',
  scheduled: 'h',
  queued: 'q',
  running: 'r',
  deferred: 'd',
  up_for_retry: 'y',
  success: 's',
  failed: 'f',
  skipped: 'k',
  upstream_failed: 'u',
  cancelled: 'c',
  removed: 'm',
};
const ABSENT = '-';

const LEGEND: z.output<typeof Grid>['legend'] = {
  ...Object.fromEntries(TASK_STATES.map((state) => [LETTERS[state], state])),
  [ABSENT]: 'absent',
};

/** The grid of a dag from its columns, of which there may be one more than are shown. */
export function gridOf(graph: DagGraph, columns: readonly GridColumnView[], limit: number) {
  const { items, next } = pageOf(columns, limit, positionOf);
  const tasks = tasksOf(graph, items);
  return {
    tasks,
    legend: LEGEND,
    next,
    items: items.map(({ record, window, run, states }) => ({
      recordId: record?.id ?? null,
      recordStatus: record?.status ?? null,
      window,
      run,
      cells: cellsOf(tasks, states),
    })),
  };
}

function positionOf({ record, window, run }: GridColumnView) {
  if (record !== null && window !== null) return [window.start.toString(), window.end.toString()];
  return run?.id ?? null;
}

/** Those of the present shape, then those that only earlier runs had. */
function tasksOf(graph: DagGraph, columns: readonly GridColumnView[]) {
  const present = graph.tasks.map(({ id, group, mapped }) => ({
    id: String(id),
    group: group ?? null,
    mapped: mapped !== undefined,
  }));
  const known = new Set(present.map(({ id }) => id));
  const earlier = new Set(columns.flatMap(({ states }) => Object.keys(states)).filter((id) => !known.has(id)));
  return [...present, ...[...earlier].map((id) => ({ id, group: null, mapped: false }))];
}

function cellsOf(tasks: readonly { readonly id: string }[], states: GridColumnView['states']): string {
  // Before a run starts it has no tasks, and will get those of the dag.
  const without = Object.keys(states).length === 0 ? LETTERS.none : ABSENT;
  return tasks
    .map(({ id }) => {
      const state = states[id];
      return state === undefined ? without : LETTERS[state];
    })
    .join('');
}
