import type { BackfillJson } from '../../../../server/api/shapes/backfill.ts';

/** Windows of a backfill by state. */
export type WindowCounts = Readonly<BackfillJson['counts']>;

/** Those that ended first, so that a bar of them grows from its beginning. */
const ORDER = ['success', 'failed', 'skipped', 'cancelled', 'active', 'pending'] as const;

/** A stretch of the bar that shows how far a backfill is. */
export interface CountPart {
  readonly state: keyof WindowCounts;
  readonly count: number;
  /** 0 to 1. */
  readonly share: number;
}

/** The states that windows of a backfill are in, ended ones first. */
export function countParts(counts: WindowCounts): readonly CountPart[] {
  const all = windowsOf(counts);
  return ORDER.flatMap((state) => {
    const count = counts[state];
    return count === 0 ? [] : [{ state, count, share: count / all }];
  });
}

/** `3 of 5 ended, 1 failed, 2 active` */
export function countsText(counts: WindowCounts): string {
  const { pending, active, failed } = counts;
  const all = windowsOf(counts);
  const ended = `${number(all - pending - active)} of ${number(all)} ended`;
  return `${ended}${failed === 0 ? '' : `, ${number(failed)} failed`}${active === 0 ? '' : `, ${number(active)} active`}`;
}

function windowsOf(counts: WindowCounts): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}

function number(count: number): string {
  return count.toLocaleString('en');
}
