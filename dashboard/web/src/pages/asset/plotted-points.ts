import type { AssetPlotsJson } from '../../../../server/api/shapes/asset.ts';
import type { PlottedPoint } from '../../components/plot/plotted-point.ts';
import { type Zone, timeText } from '../../format/time-text.ts';

type Point = AssetPlotsJson['series'][number]['points'][number];

/**
 * Numbers in the order of their partitions, of each the newest one: a window that was made late or again stands where it belongs.
 * Those of an asset that is one whole stand in the order of time.
 */
export function plottedPoints(points: readonly Point[], zone: Zone): readonly PlottedPoint[] {
  const newest = new Map(points.map((point) => [point.partition ?? point.at, point]));
  return [...newest.values()]
    .toSorted((one, other) => compare(one.partition ?? one.at, other.partition ?? other.at))
    .map(({ at, partition, runId, value }) => ({
      label: partition ?? timeText(Date.parse(at), zone),
      value,
      href: runId === null ? undefined : `/runs/${runId}`,
    }));
}

function compare(one: string, other: string): number {
  if (one === other) return 0;
  return one < other ? -1 : 1;
}
