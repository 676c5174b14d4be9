export type PlotKey = 'ArrowLeft' | 'ArrowRight' | 'Home' | 'End';

/** Which point a key leads to from the one at `from`; points are counted from 0. */
export function nextPoint(key: PlotKey, from: number, last: number): number {
  switch (key) {
    case 'ArrowLeft':
      return Math.max(from - 1, 0);
    case 'ArrowRight':
      return Math.min(from + 1, last);
    case 'Home':
      return 0;
    case 'End':
      return last;
  }
}
