import { type Figure, figure, median, percentile } from '../figures.ts';
import { PHASES, type Seconds } from './chain.ts';

export interface WindowTargets {
  /** Seconds of a whole window. */
  readonly window?: number;
  /** Seconds that belong to Windrow alone. */
  readonly engine: number;
}

/** Of some windows: how long they took, phase by phase, and what is left for the engine. */
export function windowFigures(windows: readonly Seconds[], targets: WindowTargets): Figure[] {
  const engine = windows.map((window) => PHASES.reduce((left, phase) => left - window[phase], window.total));
  return [
    figure({ name: 'windows with changes', value: windows.length, unit: 'windows' }),
    figure({ name: 'rows of a window, median', value: median(windows.map(({ rows }) => rows)), unit: 'rows' }),
    ...bothOf(
      'window',
      windows.map(({ total }) => total),
      targets.window,
    ),
    ...PHASES.flatMap((phase) =>
      bothOf(
        phase,
        windows.map((window) => window[phase]),
      ),
    ),
    ...bothOf('engine: everything but the phases', engine, targets.engine),
  ];
}

function bothOf(name: string, values: readonly number[], atMost?: number): Figure[] {
  return [
    figure({ name: `${name}, median`, value: median(values), unit: 's' }),
    figure({
      name: `${name}, p95`,
      value: percentile(values, 0.95),
      unit: 's',
      ...(atMost === undefined ? {} : { atMost }),
    }),
  ];
}
