import type { ReactNode } from 'react';

import { useInstallationNow, useNow } from '../../app/now.ts';
import { useZone } from '../../app/preferences.ts';
import { distanceText, lengthText } from '../../format/length-text.ts';
import { type Precision, timeText, windowText, windowTexts } from '../../format/time-text.ts';
import styles from './values.module.css';

type MaybeInstant = string | null | undefined;

/** A moment in the viewer's zone, in UTC on hover. */
export function Time({
  at,
  precision = 'second',
}: {
  readonly at: MaybeInstant;
  readonly precision?: Precision;
}): ReactNode {
  const zone = useZone();
  if (at === null || at === undefined) return <Nothing />;
  const moment = Date.parse(at);
  return (
    <time dateTime={at} title={`${timeText(moment, 'UTC', 'second')} UTC`}>
      {timeText(moment, zone, precision)}
    </time>
  );
}

/** `4 min ago`; the moment itself on hover. */
export function Ago({ at }: { readonly at: MaybeInstant }): ReactNode {
  return <Distance at={at} now={useNow()} />;
}

/** As `Ago`, of what schedules and sensors do: by the clock that they go by. */
export function DueTime({ at }: { readonly at: MaybeInstant }): ReactNode {
  return <Distance at={at} now={useInstallationNow()} />;
}

function Distance({ at, now }: { readonly at: MaybeInstant; readonly now: number }): ReactNode {
  const zone = useZone();
  if (at === null || at === undefined) return <Nothing />;
  const moment = Date.parse(at);
  const exact = `${timeText(moment, zone, 'second')} · ${timeText(moment, 'UTC', 'second')} UTC`;
  return (
    <time dateTime={at} title={exact}>
      {distanceText(moment, now)}
    </time>
  );
}

export interface ShownWindow {
  readonly start: string;
  readonly end: string;
}

/** The start and the end of a window in the viewer's zone, on two lines where one is too short; in UTC on hover. */
export function WindowTime({ window }: { readonly window: ShownWindow | null | undefined }): ReactNode {
  const zone = useZone();
  if (window === null || window === undefined) return <Nothing />;
  const [start, end] = [Date.parse(window.start), Date.parse(window.end)];
  const [from, to] = windowTexts(start, end, zone);
  return (
    <span className={styles['window']} title={`${windowText(start, end, 'UTC')} UTC`}>
      <span>{from} –</span> <span>{to}</span>
    </span>
  );
}

/** How long something took, or takes so far. */
export function Duration({ from, to }: { readonly from: MaybeInstant; readonly to: MaybeInstant }): ReactNode {
  if (from === null || from === undefined) return <Nothing />;
  if (to === null || to === undefined) return <Running from={from} />;
  return <span className={styles['number']}>{lengthText(Date.parse(to) - Date.parse(from))}</span>;
}

function Running({ from }: { readonly from: string }): ReactNode {
  return <span className={styles['number']}>{lengthText(useNow() - Date.parse(from))} so far</span>;
}

/** Stands where there is no value. */
export function Nothing(): ReactNode {
  return <span className={styles['nothing']}>–</span>;
}
