/** `1,234,567`; a fraction with at most four digits behind the point, a tiny one with three that say something. */
export function numberText(value: number): string {
  if (value !== 0 && Math.abs(value) < 0.001) return value.toPrecision(3);
  return value.toLocaleString('en', { maximumFractionDigits: Math.abs(value) < 1 ? 4 : 2 });
}

const UNITS = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'] as const;

/** `812 B`, `1.4 MB`, `12 GB`: in steps of a thousand. */
export function bytesText(bytes: number): string {
  const step = bytes < 1 ? 0 : Math.min(Math.floor(Math.log10(bytes) / 3), UNITS.length - 1);
  const value = bytes / 1000 ** step;
  const digits = step === 0 || value >= 10 ? 0 : 1;
  return `${value.toFixed(digits)} ${UNITS[step] ?? 'B'}`;
}
