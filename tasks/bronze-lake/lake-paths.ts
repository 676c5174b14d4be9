import { type TransferContext, stagePrefix } from '#framework';

import { Arrival } from './landing.ts';

/** `orders.csv` and `orders/part-1.csv` are both of `orders`. */
export function entityOf(path: string): string {
  const [first = ''] = path.split('/');
  return first.replace(/\..*$/, '');
}

/** `bronze/orders/ingestion_date=2026-01-20/20260120T133000Z/orders.csv`: the same at each try, so that nothing is doubled. */
export function lakeKey(lake: string, path: string, { window, params }: TransferContext): string {
  const day = window.end.toZonedDateTimeISO(window.zone).toPlainDate().toString();
  return `${lake}/${entityOf(path)}/ingestion_date=${day}/${Arrival.parse(params).directory}/${path}`;
}

/** The load log of a window. */
export function logKey(lake: string, context: TransferContext): string {
  return `${stagePrefix(`${lake}/_loads`, context).slice(0, -1)}.json`;
}
