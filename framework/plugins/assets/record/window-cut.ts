import { type Dag, Temporal, type Window, windowContaining } from '#framework';

import type { WindowPartitions } from '../partitions.ts';

/** How the tables of a pipeline are cut once it has loaded this window; undefined where that is none of its schedule. */
export function windowCut({ schedule }: Pick<Dag, 'schedule'>, window: Window): WindowPartitions | undefined {
  if (schedule === undefined) return undefined;
  const { windows, start = window.start } = schedule;
  const own = windowContaining(windows, window.start);
  if (!own.start.equals(window.start) || !own.end.equals(window.end)) return undefined;
  return { kind: 'windows', windows, start: Temporal.Instant.compare(start, window.start) < 0 ? start : window.start };
}
