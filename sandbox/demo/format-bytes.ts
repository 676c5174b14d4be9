const UNITS = ['B', 'kB', 'MB', 'GB', 'TB'] as const;

/** `1.5 MB`, in steps of 1000. */
export function formatBytes(bytes: number): string {
  const step = bytes < 1 ? 0 : Math.min(UNITS.length - 1, Math.floor(Math.log10(bytes) / 3));
  const value = bytes / 1000 ** step;
  return `${step === 0 ? value : value.toFixed(1)} ${UNITS[step] ?? 'B'}`;
}
