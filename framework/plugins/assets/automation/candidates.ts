import { Temporal, type Window, previousWindow } from '#framework';

import { type Partition, type Partitions, type WindowPartitions, namesOf, windowsOf } from '../partitions.ts';
import type { Automation } from './automation.ts';

/** An automation that was away for longer leaves older windows to a backfill. */
const MOST_WINDOWS = 500;

/**
 * The partitions that an automation may ask for, oldest first: the windows that closed since it was attached, at most the newest
 * 500; by the clock only the newest one. Of each window all names.
 */
export function candidates(
  automation: Automation,
  partitions: Partitions | undefined,
  { now, attachedAt }: { readonly now: Temporal.Instant; readonly attachedAt: Temporal.Instant },
): readonly Partition[] {
  const cut = windowsOf(partitions);
  const names = namesOf(partitions)?.names.map((name) => ({ name })) ?? [{}];
  if (cut === undefined) return names;
  const closed =
    automation.kind === 'on_cron'
      ? closedWindows(cut, now, { most: 1 })
      : closedWindows(cut, now, { most: MOST_WINDOWS, after: attachedAt });
  return closed.flatMap((window) => names.map((name) => ({ window, ...name })));
}

interface Wanted {
  readonly most: number;
  /** Only windows that end later. */
  readonly after?: Temporal.Instant;
}

function closedWindows(
  { windows, start }: WindowPartitions,
  now: Temporal.Instant,
  { most, after = start }: Wanted,
): readonly Window[] {
  const found: Window[] = [];
  let window = previousWindow(windows, now);
  while (found.length < most && isBefore(after, window.end) && !isBefore(window.start, start)) {
    found.unshift(window);
    window = previousWindow(windows, window.start);
  }
  return found;
}

function isBefore(one: Temporal.Instant, other: Temporal.Instant): boolean {
  return Temporal.Instant.compare(one, other) < 0;
}
