import type { Tone } from '../../format/tone.ts';

/** A stretch of time in which a task was in somebody's hand. */
export interface GanttTry {
  readonly task: string;
  readonly attempt: number;
  /** How it ended, as a person says it. */
  readonly words: string;
  readonly tone: Tone;
  readonly startedAt: string;
  /** Null while it runs. */
  readonly endedAt: string | null;
}

export interface GanttBar extends GanttTry {
  /** Shares of the whole width, 0 to 1. */
  readonly from: number;
  readonly width: number;
  readonly millis: number;
}

export interface Gantt {
  readonly rows: readonly { readonly task: string; readonly bars: readonly GanttBar[] }[];
  readonly ticks: readonly { readonly at: number; readonly millis: number }[];
  /** Instants of the left and the right edge, in milliseconds of the epoch. */
  readonly start: number;
  readonly end: number;
}

const STEPS = [
  1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 15_000, 30_000, 60_000, 120_000, 300_000, 600_000,
  900_000, 1_800_000, 3_600_000, 7_200_000, 14_400_000, 21_600_000, 43_200_000, 86_400_000,
];
const MOST_TICKS = 7;

/** The tries of a run on one line of time, a row per task in the order of the dag; undefined where nothing has started. */
export function ganttRows(tasks: readonly string[], tries: readonly GanttTry[], now: number): Gantt | undefined {
  const spans = tries.map((item) => ({ item, from: Date.parse(item.startedAt), to: endOf(item, now) }));
  if (spans.length === 0) return undefined;
  const start = Math.min(...spans.map(({ from }) => from));
  const end = Math.max(start + 1, ...spans.map(({ to }) => to));
  const whole = end - start;
  const bars = Map.groupBy(
    spans.map(({ item, from, to }): GanttBar => {
      const millis = Math.max(0, to - from);
      return { ...item, from: (from - start) / whole, width: millis / whole, millis };
    }),
    ({ task }) => task,
  );
  return { rows: tasks.map((task) => ({ task, bars: bars.get(task) ?? [] })), ticks: ticksOf(whole), start, end };
}

function endOf({ endedAt }: GanttTry, now: number): number {
  return endedAt === null ? now : Date.parse(endedAt);
}

function ticksOf(whole: number): Gantt['ticks'] {
  const step = STEPS.find((millis) => whole / millis <= MOST_TICKS) ?? Math.ceil(whole / MOST_TICKS);
  const count = Math.floor(whole / step) + 1;
  return Array.from({ length: count }, (_, index) => ({ at: (index * step) / whole, millis: index * step }));
}
