import type { Temporal } from './time.ts';

/** A half-open interval [start, end) of time; `zone` is the IANA zone in which people read it. */
export interface Window {
  readonly start: Temporal.Instant;
  readonly end: Temporal.Instant;
  readonly zone: string;
}

/** `2026-01-20T13:15Z..2026-01-20T13:30Z`; seconds appear only where they are not zero. */
export function windowText(window: Window): string {
  return `${instantText(window.start)}..${instantText(window.end)}`;
}

export function sameWindow(a: Window, b: Window): boolean {
  return a.start.equals(b.start) && a.end.equals(b.end);
}

function instantText(instant: Temporal.Instant): string {
  const wholeMinute = instant.epochMilliseconds % 60_000 === 0;
  return instant.toString(wholeMinute ? { smallestUnit: 'minute' } : {});
}
