import type { Windrow } from '#framework/operate';

import type { AskedBackfill, ConfirmedCancel } from './asked.ts';
import type { Target } from './target.ts';
import type { Period } from './verdict.ts';

export const DEEDS = [
  'create_backfill',
  'pause_backfill',
  'resume_backfill',
  'cancel_run',
  'cancel_record',
  'rerun_tasks',
  'rerun_record',
  'rerun_item',
] as const;
export type Deed = (typeof DEEDS)[number];

/** What people work with, by the same functions as the command line, and what they remember. */
export interface Desk {
  readonly windrow: Windrow;
  readonly target: Target;
  readonly random: () => number;
  readonly period: Period;
  readonly did: Map<Deed, number>;
  readonly backfills: AskedBackfill[];
  /** Runs whose cancel was asked for. */
  readonly cancels: Set<number>;
  readonly confirmed: ConfirmedCancel[];
}

export function count({ did }: Desk, deed: Deed): void {
  did.set(deed, (did.get(deed) ?? 0) + 1);
}
