/** A poll ends a moment after it is due; one that is late is waited for at this pace. */
const BEHIND_MS = 1500;
const PAUSE_MS = 10_000;

/** A timer of a browser that is set for longer than 24 days ends at once. */
const LONGEST_MS = 3_600_000;

/** How long to wait behind an answer of `askedAt` until it is asked what became of a moment; both by one clock. */
export function askAgainIn(moment: number, askedAt: number): number {
  const wait = moment - askedAt + BEHIND_MS;
  return wait > 0 ? Math.min(wait, LONGEST_MS) : PAUSE_MS;
}
