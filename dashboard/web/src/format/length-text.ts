/** `28 ms`, `1.8 s`, `12 s`, `3 min 05 s`, `2 h 01 min`, `3 d 04 h`. */
export function lengthText(ms: number): string {
  const seconds = Math.max(ms, 0) / 1000;
  if (seconds < 1) return `${Math.round(seconds * 1000)} ms`;
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  if (seconds < 60) return `${Math.floor(seconds)} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${padded(seconds % 60)} s`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)} h ${padded((seconds % 3600) / 60)} min`;
  return `${Math.floor(seconds / 86_400)} d ${padded((seconds % 86_400) / 3600)} h`;
}

/** A length that somebody chose, without what is nought in it: `10 min`, `1 d`. */
export function spanText(ms: number): string {
  return lengthText(ms)
    .replace('.0 s', ' s')
    .replace(/ 00 \w+$/, '');
}

/** `just now`, `4 min ago`, `in 3 h`, `2 d ago`. */
export function distanceText(at: number, now: number): string {
  const seconds = Math.round((at - now) / 1000);
  if (Math.abs(seconds) < 5) return 'just now';
  const length = coarse(Math.abs(seconds));
  return seconds < 0 ? `${length} ago` : `in ${length}`;
}

function coarse(seconds: number): string {
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min`;
  if (seconds < 172_800) return `${Math.floor(seconds / 3600)} h`;
  return `${Math.floor(seconds / 86_400)} d`;
}

function padded(count: number): string {
  return String(Math.floor(count)).padStart(2, '0');
}
