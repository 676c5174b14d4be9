import 'uplot/dist/uPlot.min.css';

import { type ReactNode, useEffect, useEffectEvent, useRef, useState } from 'react';
import UPlot from 'uplot';

import type { PlottedPoint } from './plotted-point.ts';
import styles from './plot.module.css';
import { tickText } from './tick-text.ts';

const HEIGHT = 132;
const LABEL_WIDTH = 104;
const AWAY = { left: -10, top: -10 } as const;
const DARK = '(prefers-color-scheme: dark)';

interface ChartProps {
  readonly points: readonly PlottedPoint[];
  readonly text: (value: number) => string;
  /** The point that the reader is at. */
  readonly at: number | undefined;
  readonly onPoint: (index: number | undefined) => void;
  readonly onFollow: (index: number | undefined) => void;
}

/** The line itself, drawn on a canvas in the colours of the page. */
export function Chart({ points, text, at, onPoint, onFollow }: ChartProps): ReactNode {
  const place = useRef<HTMLDivElement>(null);
  const [chart, setChart] = useState<UPlot | undefined>();
  const point = useEffectEvent(onPoint);
  useEffect(() => {
    const host = place.current;
    if (host === null) return;
    const made = new UPlot(optionsOf({ host, points, text, onPoint: (index) => point(index) }), dataOf(points), host);
    const sizes = new ResizeObserver(() => made.setSize({ width: host.clientWidth, height: HEIGHT }));
    sizes.observe(host);
    const stopWatching = watchTheme(() => made.redraw(false, true));
    setChart(made);
    return () => {
      stopWatching();
      sizes.disconnect();
      made.destroy();
    };
  }, [points, text]);
  useEffect(() => {
    if (chart === undefined || (chart.cursor.idx ?? undefined) === at) return;
    chart.setCursor(at === undefined ? AWAY : { left: chart.valToPos(at, 'x'), top: 0 }, false);
  }, [chart, at]);
  return (
    // oxlint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/no-static-element-interactions -- the slider around has the keys
    <div
      ref={place}
      className={styles['chart']}
      onClick={() => onFollow(chart?.cursor.idx ?? undefined)}
      onMouseLeave={() => onPoint(undefined)}
    />
  );
}

interface Drawing {
  readonly host: HTMLElement;
  readonly points: readonly PlottedPoint[];
  readonly text: (value: number) => string;
  readonly onPoint: (index: number | undefined) => void;
}

/** Points stand at equal distances: a window that was not made leaves no gap, and partitions may be names. */
function optionsOf({ host, points, text, onPoint }: Drawing): UPlot.Options {
  const line = (): string => getComputedStyle(host).color;
  const grid = { stroke: () => getComputedStyle(host).borderTopColor, width: 1 };
  const words = {
    stroke: () => getComputedStyle(host).outlineColor,
    font: '11px system-ui',
    grid,
    ticks: { show: false },
  };
  return {
    width: host.clientWidth,
    height: HEIGHT,
    legend: { show: false },
    padding: [8, 30, 0, 0],
    scales: {
      x: { time: false },
      y: { range: (_chart, low, high) => UPlot.rangeNum(Math.min(low, 0), high, 0.1, true) },
    },
    cursor: { y: false, drag: { setScale: false, x: false, y: false } },
    // The plot says so too when it is made or moved by keys.
    hooks: { setCursor: [({ cursor }) => host.matches(':hover') && onPoint(cursor.idx ?? undefined)] },
    series: [
      {},
      {
        stroke: line,
        fill: () => `color-mix(in srgb, ${line()} 12%, transparent)`,
        width: 1.75,
        points: { show: points.length <= 60, size: 5, fill: line },
      },
    ],
    axes: [
      {
        ...words,
        size: 24,
        space: LABEL_WIDTH,
        incrs: [1, 2, 5, 10, 20, 50, 100, 200],
        values: (_chart, places) => places.map((index) => tickText(points[index]?.label ?? '')),
      },
      { ...words, size: 62, space: 28, values: (_chart, values) => values.map(text) },
    ],
  };
}

function dataOf(points: readonly PlottedPoint[]): UPlot.AlignedData {
  return [points.map((_, index) => index), points.map(({ value }) => value)];
}

/** Colours come from the page, which changes them by the system's wish or by its own switch. */
function watchTheme(changed: () => void): () => void {
  const system = window.matchMedia(DARK);
  const page = new MutationObserver(changed);
  system.addEventListener('change', changed);
  page.observe(document.documentElement, { attributeFilter: ['data-theme'] });
  return () => {
    system.removeEventListener('change', changed);
    page.disconnect();
  };
}
