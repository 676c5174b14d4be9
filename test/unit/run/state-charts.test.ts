import { readFileSync } from 'node:fs';

import { expect, it } from 'vitest';

import { REASONS } from '../../../framework/run/explain/reason.ts';
import { TASK_EVENTS, TASK_STATES, TASK_TRANSITIONS, isFinal } from '../../../framework/run/task-state.ts';
import { type Arrow, arrowsOf } from '../../support/state-chart.ts';

const page = (path: string): string => readFileSync(new URL(`../../../framework/${path}`, import.meta.url), 'utf8');

it('draws in the README every move of a task that the table of transitions has, and no other', () => {
  const groups = {
    open: TASK_STATES.filter((state) => !isFinal(state)),
    final: TASK_STATES.filter((state) => isFinal(state) && state !== 'removed'),
  };
  const moves = TASK_STATES.flatMap((from) =>
    TASK_EVENTS.flatMap((event): Arrow[] => {
      const to = TASK_TRANSITIONS[from][event];
      return to === 'ignore' || to === 'illegal' ? [] : [{ from, to, event }];
    }),
  );
  expect(sorted(arrowsOf(page('README.md'), 'States of a task', groups))).toEqual(sorted(moves));
});

it('lists in the page about explanations every reason with its meaning', () => {
  const rows = Object.entries(REASONS).map(([code, meaning]) => `| \`${code}\` | ${meaning} |`);
  expect(page('run/README.md')).toContain(`| code | meaning |\n|---|---|\n${rows.join('\n')}\n`);
});

function sorted(arrows: readonly Arrow[]): readonly string[] {
  return arrows.map(({ from, to, event }) => `${from} --> ${to}: ${event}`).toSorted();
}
