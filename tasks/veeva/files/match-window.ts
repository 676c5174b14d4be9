import { Temporal, type Window, windowText } from '#framework';

import { type ExtractKind, KIND_FACTS } from './extract-kind.ts';
import type { ListedFile, ListedHole, ListedItem } from './file-list.ts';

/** What Vault has for a window. */
export type Match =
  | { readonly kind: 'file'; readonly file: ListedFile }
  /** Vault failed to publish the file and tries again. */
  | { readonly kind: 'hole'; readonly name: string; readonly until: Temporal.Instant; readonly reason: string }
  | {
      readonly kind: 'not_published';
      readonly until: Temporal.Instant;
      readonly reason: string;
      /** Days of the window's zone are not those of the Vault, so that no file will ever be the window's own. */
      readonly isOtherZone: boolean;
    }
  /** The file is not listed and will not come any more. */
  | { readonly kind: 'expired'; readonly reason: string };

export interface Wanted {
  readonly kind: ExtractKind;
  readonly window: Window;
  readonly now: Temporal.Instant;
}

/** How long to wait before asking again for a file that is overdue. */
const POLL = { minutes: 1 };

/** Finds the file of a window by the file's own times, never by its place in the list. */
export function matchWindow(items: readonly ListedItem[], wanted: Wanted): Match {
  const own = items.filter((item) => item.extractKind === wanted.kind && covers(item, wanted));
  const file = own.findLast((item) => item.kind === 'file');
  if (file !== undefined) return { kind: 'file', file };
  if (isExpired(wanted)) return { kind: 'expired', reason: expiredReason(wanted) };
  const hole = own.findLast((item) => item.kind === 'hole');
  return hole === undefined ? notPublished(items, wanted) : waitForHole(hole, wanted);
}

/**
 * incremental: the same start and stop. log: the same stop, because the length of a day changes with the clock.
 * full: the same stop, because it starts in 2000. One that stops earlier does not hold what the window's end promises.
 */
function covers(item: ListedItem, { kind, window }: Wanted): boolean {
  if (!item.stop.equals(window.end)) return false;
  return kind !== 'incremental' || item.kind === 'hole' || item.start.equals(window.start);
}

function isExpired({ kind, window, now }: Wanted): boolean {
  return isAfter(now, window.end.add({ milliseconds: KIND_FACTS[kind].retention }));
}

function expiredReason({ kind, window }: Wanted): string {
  const days = KIND_FACTS[kind].retention / 86_400_000;
  const base = `Vault does not list the ${kind} file of ${windowText(window)} and lists such files for ${days} days only.`;
  const repair: Record<ExtractKind, string> = {
    incremental: 'only a new Full repairs this: load one, then go on with the incremental files after its stop time',
    full: 'load a newer Full',
    log: 'its rows can be had from the audit trail in Vault only',
  };
  return `${base} It will not come back: ${repair[kind]}.`;
}

function waitForHole(hole: ListedHole, { kind, now }: Wanted): Match {
  const announced = hole.nextRetry;
  const until = announced !== undefined && isAfter(announced, now) ? announced : now.add(POLL);
  return {
    kind: 'hole',
    name: hole.name,
    until,
    reason: `Vault could not publish the ${kind} file ${hole.name}: ${hole.message}`,
  };
}

function notPublished(items: readonly ListedItem[], { kind, window, now }: Wanted): Match {
  const due = window.end.add({ milliseconds: KIND_FACTS[kind].lag });
  const until = isAfter(due, now) ? due : now.add(POLL);
  const own = items.filter((item) => item.extractKind === kind);
  const odd = kind === 'log' ? own.find(({ stop }) => isOtherMidnight(stop, window)) : undefined;
  return {
    kind: 'not_published',
    until,
    reason: `Vault does not list the ${kind} file of ${windowText(window)} yet.${odd === undefined ? holeHint(own, window) : zoneHint(odd)}`,
    isOtherZone: odd !== undefined,
  };
}

/** The shortest day, on which clocks go forward. */
const SHORTEST_DAY_MS = 23 * 3_600_000;

/** Nearer than a day to the end of this one. */
function isOtherMidnight(stop: Temporal.Instant, { end }: Window): boolean {
  const apart = Math.abs(stop.epochMilliseconds - end.epochMilliseconds);
  return apart > 0 && apart < SHORTEST_DAY_MS;
}

function zoneHint({ name, stop }: ListedItem): string {
  return (
    ` It lists ${name}, which ends at ${stop.toString()}: a log ends at midnight of the Vault's own zone. ` +
    'Name that zone in the schedule of the pipeline (dags/veeva-log.ts).'
  );
}

function holeHint(own: readonly ListedItem[], { end }: Window): string {
  return own.some(({ stop }) => isAfter(stop, end)) ? ' Later files are listed already: Vault has a hole here.' : '';
}

function isAfter(a: Temporal.Instant, b: Temporal.Instant): boolean {
  return Temporal.Instant.compare(a, b) > 0;
}
