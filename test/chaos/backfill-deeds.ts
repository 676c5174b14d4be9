import { Temporal } from '#framework';
import { type BackfillView, backfills, listBackfills } from '#framework/operate';

import type { AskedBackfill } from './asked.ts';
import { type Desk, count } from './desk.ts';
import { ARCHIVE, expectationOf } from './load/expectations.ts';
import { pick } from './random.ts';

/** Windows of one backfill. */
const LENGTH = 6;

/**
 * Wishes for another backfill: of windows further back than the last one, or of the newest windows once more, which the
 * schedule may be at work on. `createBackfills` makes it.
 */
export async function wishBackfill({ backfills: wishes, random, period }: Desk): Promise<void> {
  const { everyMs } = expectationOf(ARCHIVE);
  const isPast = wishes.length === 0 || random() < 0.6;
  const past = wishes.filter(({ only }) => only === 'missing').length;
  const endMs = isPast
    ? period.start.getTime() - past * LENGTH * everyMs
    : Math.min(Date.now(), period.end.getTime()) - everyMs;
  const end = new Date(Math.floor(endMs / everyMs) * everyMs);
  const start = new Date(end.getTime() - (isPast ? LENGTH : LENGTH / 2) * everyMs);
  wishes.push({ dagId: ARCHIVE, start, end, only: isPast ? 'missing' : 'all', reverse: random() < 0.5 });
}

/** Creates what was wished for and is not there, as somebody who got no answer looks first. */
export async function createBackfills(desk: Desk): Promise<void> {
  if (desk.backfills.length === 0) return;
  const present = await shown(desk);
  for (const wish of desk.backfills) {
    if (present.some((backfill) => isMadeFor(wish, backfill))) continue;
    const { dagId, start, end, only, reverse } = wish;
    const [from, to] = [instant(start), instant(end)];
    const created = await backfills(desk.windrow).create({ dagId, from, to, only, reverse, maxActive: 3 });
    if (created.kind === 'created') count(desk, 'create_backfill');
  }
}

export async function pauseBackfill(desk: Desk): Promise<void> {
  const running = (await shown(desk)).filter(({ state }) => state === 'running');
  const chosen = pick(desk.random, running);
  if (chosen === undefined) return;
  const paused = await backfills(desk.windrow).pause(chosen.id);
  if (paused.kind === 'switched') count(desk, 'pause_backfill');
}

export async function resumeBackfills(desk: Desk): Promise<void> {
  for (const { id, state } of await shown(desk)) {
    if (state !== 'paused') continue;
    const resumed = await backfills(desk.windrow).resume(id);
    if (resumed.kind === 'switched') count(desk, 'resume_backfill');
  }
}

function shown({ windrow }: Desk): Promise<readonly BackfillView[]> {
  return listBackfills(windrow.store.database, { dagId: ARCHIVE, limit: 1000 });
}

function isMadeFor({ start, end, only }: AskedBackfill, made: BackfillView): boolean {
  return (
    made.only === only && made.from.epochMilliseconds === start.getTime() && made.to.epochMilliseconds === end.getTime()
  );
}

function instant(date: Date): Temporal.Instant {
  return Temporal.Instant.fromEpochMilliseconds(date.getTime());
}
