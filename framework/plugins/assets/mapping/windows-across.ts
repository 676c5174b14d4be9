import { Temporal, type Window, type WindowKind, nextWindow, previousWindow, windowContaining } from '#framework';

/**
 * The windows of another kind that share time with `window`, oldest first: the quarters of a day, or the day of a quarter.
 * Grids that fit into each other give exactly one coarser window; of a finer window that straddles a boundary both
 * sides count, so that no data is missed.
 */
export function windowsAcross(kind: WindowKind, { start, end }: Window): readonly Window[] {
  const across: Window[] = [];
  let window = windowContaining(kind, start);
  while (Temporal.Instant.compare(window.start, end) < 0) {
    across.push(window);
    window = windowContaining(kind, window.end);
  }
  return across;
}

/** The window so many steps later, or earlier where `steps` is negative. */
export function windowAside(kind: WindowKind, window: Window, steps: number): Window {
  let aside = windowContaining(kind, window.start);
  for (let step = 0; step < steps; step += 1) aside = nextWindow(kind, aside.end);
  for (let step = 0; step > steps; step -= 1) aside = previousWindow(kind, aside.start);
  return aside;
}
