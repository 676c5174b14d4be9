import { timeText } from '../../../format/time-text.ts';
import { type Tone, toneOf } from '../../../format/tone.ts';

/** A window and how it stands. */
export interface CalendarWindow {
  readonly at: number;
  readonly state: string;
}

export interface CalendarDay {
  /** `2026-01-20` */
  readonly day: string;
  readonly counts: Readonly<Record<Tone, number>>;
  readonly total: number;
  /** False where older windows are not read yet, of which it may have some. */
  readonly isWhole: boolean;
}

export interface CalendarMonth {
  /** `2026-01` */
  readonly month: string;
  /** Empty places before the first day, so that a column is a day of the week; weeks begin on Monday. */
  readonly lead: number;
  readonly days: readonly CalendarDay[];
}

const NONE: CalendarDay['counts'] = { good: 0, bad: 0, busy: 0, waiting: 0, off: 0 };

/**
 * Windows by the days on which they begin in the zone, in months, the newest month first; days without a window have none. Where
 * there are windows before the one that begins at `readFrom`, its day and those before it are not whole.
 */
export function monthsOf(
  windows: readonly CalendarWindow[],
  zone: string | undefined,
  readFrom?: number,
): readonly CalendarMonth[] {
  const cut = readFrom === undefined ? '' : timeText(readFrom, zone).slice(0, 10);
  const days = new Map<string, Record<Tone, number>>();
  for (const { at, state } of windows) {
    const day = timeText(at, zone).slice(0, 10);
    const counts = days.get(day) ?? { ...NONE };
    counts[toneOf(state)] += 1;
    days.set(day, counts);
  }
  const months = [...new Set([...days.keys()].map((day) => day.slice(0, 7)))].toSorted().toReversed();
  return months.map((month) => ({ month, lead: leadOf(month), days: daysOfMonth(month, days, cut) }));
}

function daysOfMonth(
  month: string,
  known: ReadonlyMap<string, CalendarDay['counts']>,
  cut: string,
): readonly CalendarDay[] {
  const [year = 0, number = 1] = month.split('-').map(Number);
  const length = new Date(Date.UTC(year, number, 0)).getUTCDate();
  return Array.from({ length }, (_, index) => {
    const day = `${month}-${String(index + 1).padStart(2, '0')}`;
    const counts = known.get(day) ?? NONE;
    const total = Object.values(counts).reduce((sum, count) => sum + count, 0);
    return { day, counts, total, isWhole: day > cut };
  });
}

function leadOf(month: string): number {
  return (new Date(`${month}-01T00:00:00Z`).getUTCDay() + 6) % 7;
}

/** What a day is marked as: what needs a person first. */
export function toneOfDay({ counts, total }: CalendarDay): Tone | undefined {
  if (total === 0) return undefined;
  return (['bad', 'busy', 'waiting', 'good', 'off'] as const).find((tone) => counts[tone] > 0);
}
