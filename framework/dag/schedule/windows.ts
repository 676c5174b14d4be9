import { Temporal } from '../../core/time.ts';
import type { Window } from '../../core/window.ts';
import { firstInstantAt, wallClockGrid } from './wall-clock-grid.ts';
import type { FixedWindows, WallClockWindows, WindowKind } from './window-kind.ts';

/** Whole windows with start >= `from` and end <= `until`, oldest first, made one by one. */
export function* windowsBetween(kind: WindowKind, from: Temporal.Instant, until: Temporal.Instant): Generator<Window> {
  const boundaries = boundariesOf(kind);
  let window = nextWindow(kind, from);
  while (Temporal.Instant.compare(window.end, until) <= 0) {
    yield window;
    window = windowStartingAt(boundaries, window.end, kind.zone);
  }
}

/** The window with start <= `instant` < end. */
export function windowContaining(kind: WindowKind, instant: Temporal.Instant): Window {
  return windowAround(boundariesOf(kind), instant, kind.zone);
}

/** The first window that starts at `after` or later. */
export function nextWindow(kind: WindowKind, after: Temporal.Instant): Window {
  const boundaries = boundariesOf(kind);
  const around = windowAround(boundaries, after, kind.zone);
  return around.start.equals(after) ? around : windowStartingAt(boundaries, around.end, kind.zone);
}

/** The last window that ends at `before` or earlier. */
export function previousWindow(kind: WindowKind, before: Temporal.Instant): Window {
  const boundaries = boundariesOf(kind);
  const { start: end } = windowAround(boundaries, before, kind.zone);
  let index = boundaries.indexOf(end);
  while (Temporal.Instant.compare(boundaries.at(index), end) >= 0) index -= 1;
  return { start: boundaries.at(index), end, zone: kind.zone };
}

/** Numbered boundaries that never run backwards; two may fall together where a zone skips the time between them. */
interface Boundaries {
  /** A boundary that is not after `instant`, and at most a few before it. */
  readonly indexOf: (instant: Temporal.Instant) => number;
  readonly at: (index: number) => Temporal.Instant;
}

function boundariesOf(kind: WindowKind): Boundaries {
  return kind.kind === 'fixed' ? fixedBoundaries(kind) : wallClockBoundaries(kind);
}

function fixedBoundaries({ anchor, lengthMs }: FixedWindows): Boundaries {
  const first = anchor.epochMilliseconds;
  return {
    indexOf: (instant) => Math.floor((instant.epochMilliseconds - first) / lengthMs),
    at: (index) => Temporal.Instant.fromEpochMilliseconds(first + index * lengthMs),
  };
}

function wallClockBoundaries({ count, unit, zone }: WallClockWindows): Boundaries {
  const grid = wallClockGrid(count, unit);
  return {
    indexOf: (instant) => grid.indexOf(instant.toZonedDateTimeISO(zone).toPlainDateTime()),
    at: (index) => firstInstantAt(grid.at(index), zone),
  };
}

// In the second pass of a fold the wall shows an index that has already passed, hence the step forward.
function windowAround(boundaries: Boundaries, instant: Temporal.Instant, zone: string): Window {
  let index = boundaries.indexOf(instant);
  while (Temporal.Instant.compare(boundaries.at(index + 1), instant) <= 0) index += 1;
  return { start: boundaries.at(index), end: boundaries.at(index + 1), zone };
}

// A boundary is itself the start of the window around it.
function windowStartingAt(boundaries: Boundaries, start: Temporal.Instant, zone: string): Window {
  return windowAround(boundaries, start, zone);
}
