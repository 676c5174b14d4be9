import { type ReactNode, Suspense, lazy, useState } from 'react';
import { useLocation } from 'wouter';

import { Link } from '../controls/link.tsx';
import styles from './plot.module.css';
import { type PlotKey, nextPoint } from './next-point.ts';
import type { PlottedPoint } from './plotted-point.ts';

const Chart = lazy(async () => ({ default: (await import('./chart.tsx')).Chart }));

export interface PlotProps {
  readonly title: string;
  /** In their order, the oldest first. */
  readonly points: readonly PlottedPoint[];
  readonly text: (value: number) => string;
}

/** Numbers one after the other as a line. The arrow keys walk along it, Enter follows a point, and all of it is a table too. */
export function Plot({ title, points, text }: PlotProps): ReactNode {
  const [at, setAt] = useState<number | undefined>();
  const [isTable, setIsTable] = useState(false);
  const [, navigate] = useLocation();
  const last = points.length - 1;
  const shown = points[Math.min(at ?? last, last)];
  const follow = (index: number | undefined): void => {
    const href = index === undefined ? undefined : points[index]?.href;
    if (href !== undefined) navigate(href);
  };
  return (
    <figure className={styles['plot']} aria-label={title}>
      <figcaption>
        <strong>{title}</strong>
        <button type="button" aria-pressed={isTable} onClick={() => setIsTable(!isTable)}>
          Table
        </button>
      </figcaption>
      {shown === undefined ? null : (
        <p className={styles['readout']} aria-live={at === undefined ? 'off' : 'polite'}>
          <b>{text(shown.value)}</b> <span>{shown.label}</span>
        </p>
      )}
      {isTable ? (
        <PointTable title={title} points={points} text={text} />
      ) : (
        <div
          className={styles['canvas']}
          tabIndex={0}
          role="slider"
          aria-label={`${title}, point by point`}
          aria-valuemin={0}
          aria-valuemax={last}
          aria-valuenow={at ?? last}
          aria-valuetext={shown === undefined ? '' : `${shown.label}: ${text(shown.value)}`}
          onBlur={() => setAt(undefined)}
          onKeyDown={(event) => {
            if (event.key === 'Enter') follow(at ?? last);
            const next = isPlotKey(event.key) ? nextPoint(event.key, at ?? last, last) : undefined;
            if (next === undefined) return;
            event.preventDefault();
            setAt(next);
          }}
        >
          <Suspense fallback={null}>
            <Chart points={points} text={text} at={at} onPoint={setAt} onFollow={follow} />
          </Suspense>
        </div>
      )}
    </figure>
  );
}

function isPlotKey(key: string): key is PlotKey {
  return key === 'ArrowLeft' || key === 'ArrowRight' || key === 'Home' || key === 'End';
}

function PointTable({ title, points, text }: PlotProps): ReactNode {
  return (
    <div className={styles['table']} tabIndex={0} role="group" aria-label={`Values of ${title}`}>
      <table>
        <thead>
          <tr>
            <th scope="col">Partition</th>
            <th scope="col">{title}</th>
          </tr>
        </thead>
        <tbody>
          {points.toReversed().map(({ label, value, href }, index) => (
            // Points have no names of their own, and the list is shown whole.
            // oxlint-disable-next-line react/no-array-index-key
            <tr key={`${label} ${index}`}>
              <td>{href === undefined ? label : <Link href={href}>{label}</Link>}</td>
              <td>{text(value)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
