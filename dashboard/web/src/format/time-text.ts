/** In whose clock times are written: the viewer's own zone (undefined), or one by name. */
export type Zone = string | undefined;

export type Precision = 'minute' | 'second';

/** `2026-01-20 13:15`, with seconds where asked, in the zone. */
export function timeText(at: number, zone: Zone, precision: Precision = 'minute'): string {
  const parts = new Map(
    formatOf(zone)
      .formatToParts(at)
      .map(({ type, value }) => [type, value]),
  );
  const part = (name: Intl.DateTimeFormatPartTypes): string => parts.get(name) ?? '';
  const day = `${part('year')}-${part('month')}-${part('day')}`;
  const clock = `${part('hour')}:${part('minute')}`;
  return precision === 'minute' ? `${day} ${clock}` : `${day} ${clock}:${part('second')}`;
}

/** `2026-01-20 13:15 – 13:30`; the second date stands there only when it differs. */
export function windowText(start: number, end: number, zone: Zone): string {
  return windowTexts(start, end, zone).join(' – ');
}

/** Both sides of it. */
export function windowTexts(start: number, end: number, zone: Zone): readonly [string, string] {
  const precision: Precision = start % 60_000 === 0 && end % 60_000 === 0 ? 'minute' : 'second';
  const [from, to] = [timeText(start, zone, precision), timeText(end, zone, precision)];
  return [from, from.slice(0, 10) === to.slice(0, 10) ? to.slice(11) : to];
}

const FORMATS = new Map<Zone, Intl.DateTimeFormat>();

/** Making one takes a hundred times as long as using it, and a table has thousands of times. */
function formatOf(zone: Zone): Intl.DateTimeFormat {
  const known = FORMATS.get(zone);
  if (known !== undefined) return known;
  const made = new Intl.DateTimeFormat('en-CA', {
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hourCycle: 'h23',
    ...(zone === undefined ? {} : { timeZone: zone }),
  });
  FORMATS.set(zone, made);
  return made;
}
