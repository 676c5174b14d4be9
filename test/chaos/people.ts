import { setTimeout as rest } from 'node:timers/promises';

import type { Closable } from '#framework';

import type { Asked } from './asked.ts';
import { createBackfills, pauseBackfill, resumeBackfills, wishBackfill } from './backfill-deeds.ts';
import { DEEDS, type Deed, type Desk } from './desk.ts';
import { pick } from './random.ts';
import { cancelRecord, cancelRun, mend } from './run-deeds.ts';

export interface People extends Closable {
  readonly asked: () => Asked;
  readonly counts: () => Readonly<Record<Deed, number>>;
}

type Doing = (desk: Desk) => Promise<void>;

/** Drawn while the load is on. */
const WHIMS: readonly Doing[] = [
  wishBackfill,
  pauseBackfill,
  pauseBackfill,
  resumeBackfills,
  cancelRun,
  cancelRun,
  cancelRecord,
];
/** Done again and again, also behind the load, until nothing is left to do. */
const DUTIES: readonly Doing[] = [createBackfills, mend];
const [PAUSE_MS, PAUSE_SPREAD_MS] = [500, 1000];

/** People who ask for backfills, cancel runs, and do again what failed, until they are sent home. */
export function startPeople(options: Pick<Desk, 'windrow' | 'target' | 'random' | 'period'>): People {
  const desk: Desk = { ...options, did: new Map(), backfills: [], cancels: new Set(), confirmed: [] };
  const stop = new AbortController();
  const working = work(desk, stop.signal);
  return {
    asked: () => ({ backfills: [...desk.backfills], cancels: [...desk.cancels], confirmed: [...desk.confirmed] }),
    counts: () => Object.fromEntries(DEEDS.map((deed) => [deed, desk.did.get(deed) ?? 0])) as Record<Deed, number>,
    close: async () => {
      stop.abort();
      await working;
    },
  };
}

async function work(desk: Desk, signal: AbortSignal): Promise<void> {
  const { random, period } = desk;
  while (!signal.aborted) {
    const isOver = Date.now() >= period.end.getTime();
    const whim = isOver ? resumeBackfills : pick(random, WHIMS);
    for (const doing of whim === undefined ? DUTIES : [whim, ...DUTIES]) {
      // A server is down, or the answer was lost: whoever asks again looks first.
      await doing(desk).catch(() => {});
    }
    await rest(PAUSE_MS + random() * PAUSE_SPREAD_MS);
  }
}
