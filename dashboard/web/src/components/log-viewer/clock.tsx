import type { ReactNode } from 'react';

import { useZone } from '../../app/preferences.ts';
import { timeText } from '../../format/time-text.ts';

/** `13:15:02.500`: lines of one log seldom differ in their day, and often by milliseconds; all of it on hover. */
export function Clock({ at }: { readonly at: string }): ReactNode {
  const zone = useZone();
  const moment = Date.parse(at);
  const millis = String(moment % 1000).padStart(3, '0');
  const day = timeText(moment, zone, 'second');
  return (
    <time dateTime={at} title={`${day} · ${timeText(moment, 'UTC', 'second')} UTC`}>
      {`${day.slice(11)}.${millis}`}
    </time>
  );
}
