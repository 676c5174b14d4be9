import { type Temporal, type Window, windowText } from '#framework';

import { type Html, html } from './html.ts';

type MaybeInstant = Temporal.Instant | null | undefined;

/** `2026-01-20 13:15:02`, in UTC. */
export function timeOf(instant: MaybeInstant): Html {
  if (instant === null || instant === undefined) return html`<span class="none">–</span>`;
  return html`<time datetime="${instant.toString()}">${utc(instant, 'second')}</time>`;
}

/** `2026-01-20 13:15 – 13:30`; the second date stands there only when it differs. */
export function windowOf(window: Window | null | undefined): Html {
  if (window === null || window === undefined) return html`<span class="none">–</span>`;
  const [start, end] = [utc(window.start, precision(window)), utc(window.end, precision(window))];
  const endText = start.slice(0, 10) === end.slice(0, 10) ? end.slice(11) : end;
  return html`<span class="window" title="${windowText(window)}"
    ><time datetime="${window.start.toString()}">${start}</time> –
    <time datetime="${window.end.toString()}">${endText}</time></span
  >`;
}

/** `28 ms`, `1.8 s`, `12 s`, `3 min 05 s`. */
export function secondsBetween(from: MaybeInstant, to: MaybeInstant): Html {
  if (from === null || from === undefined || to === null || to === undefined) return html`<span class="none">–</span>`;
  return html`<span class="number">${lengthText((to.epochMilliseconds - from.epochMilliseconds) / 1000)}</span>`;
}

export function lengthText(seconds: number): string {
  if (seconds < 1) return `${Math.max(Math.round(seconds * 1000), 0)} ms`;
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  if (seconds < 60) return `${Math.floor(seconds)} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${padded(seconds % 60)} s`;
  return `${Math.floor(seconds / 3600)} h ${padded((seconds % 3600) / 60)} min`;
}

function precision({ start, end }: Window): 'minute' | 'second' {
  return start.epochMilliseconds % 60_000 === 0 && end.epochMilliseconds % 60_000 === 0 ? 'minute' : 'second';
}

function utc(instant: Temporal.Instant, smallestUnit: 'minute' | 'second'): string {
  return instant.toString({ smallestUnit }).replace('T', ' ').replace('Z', '');
}

function padded(count: number): string {
  return String(Math.floor(count)).padStart(2, '0');
}
