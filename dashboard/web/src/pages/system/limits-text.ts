import type { PoolJson } from '../../../../server/api/shapes/installation.ts';
import { lengthText } from '../../format/length-text.ts';

type Limits = PoolJson['code'];

/** `4 slots, 5 starts per 1.0 s`. */
export function limitsText({ slots, rate }: Limits): string {
  const words = slots === 1 ? '1 slot' : `${slots} slots`;
  return rate === undefined ? words : `${words}, ${rateText(rate)}`;
}

export function rateText({ starts, perMs }: NonNullable<Limits['rate']>): string {
  return `${starts} ${starts === 1 ? 'start' : 'starts'} per ${lengthText(perMs)}`;
}
