/** A label short enough to stand under a plot: of a moment neither the year nor the zone, which stand above with the point. */
export function tickText(label: string): string {
  const moment = /^\d{4}-(\d{2}-\d{2})(?:[T ](\d{2}:\d{2}))?/.exec(label);
  if (moment === null) return label.length > MOST ? `${label.slice(0, MOST)}…` : label;
  const [, day = '', clock] = moment;
  return clock === undefined ? day : `${day} ${clock}`;
}

const MOST = 14;
