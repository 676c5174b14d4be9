import { type Schedule, windowKindText } from '#framework';

import type { Shown } from './endpoint.ts';
import type { SchedulePolicyValue } from './shapes/schedule.ts';

/** How a schedule makes windows, as the API shows it. */
export function schedulePolicy({
  windows,
  lagMs,
  start,
  catchUp,
  overlap,
  order,
}: Schedule): Shown<SchedulePolicyValue> {
  return {
    windows: windowKindText(windows),
    zone: windows.zone,
    lagMs,
    start: start ?? null,
    catchUp: typeof catchUp === 'string' ? catchUp : `at most ${catchUp.max}`,
    overlap,
    order,
  };
}
