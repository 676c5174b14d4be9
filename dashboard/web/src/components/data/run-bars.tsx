import type { ReactNode } from 'react';

import { lengthText } from '../../format/length-text.ts';
import { stateWords, toneOf } from '../../format/tone.ts';
import { Bars } from './bars.tsx';

/** What a bar of a run shows. */
export interface BarredRun {
  readonly id: number;
  readonly state: string;
  readonly startedAt: string | null;
  readonly endedAt: string | null;
}

/** Runs as bars as high as they took long, the oldest first; each leads to its run. */
export function RunBars({ dag, runs }: { readonly dag: string; readonly runs: readonly BarredRun[] }): ReactNode {
  const longest = Math.max(...runs.map((run) => lengthOf(run) ?? 0), 1);
  const bars = runs.map((run) => {
    const { id, state } = run;
    const length = lengthOf(run);
    const share = length === undefined ? 0.3 : 0.25 + 0.75 * (length / longest);
    const took = length === undefined ? '' : ` in ${lengthText(length)}`;
    return {
      key: id,
      href: `/runs/${id}`,
      title: `Run ${id}: ${stateWords(state)}${took}`,
      parts: [{ tone: toneOf(state), share }],
    };
  });
  return <Bars label={`Last runs of ${dag}`} bars={bars} />;
}

function lengthOf({ startedAt, endedAt }: BarredRun): number | undefined {
  return startedAt === null || endedAt === null ? undefined : Date.parse(endedAt) - Date.parse(startedAt);
}
