import { z } from 'zod';

import { Temporal } from '../../core/time.ts';

/** Which time an item of a pipeline holds. */
export interface ItemWindow {
  /** Absent: where the newest window of the pipeline ends, so that windows follow each other without a gap. */
  readonly start?: Temporal.Instant;
  readonly end: Temporal.Instant;
  /** The IANA zone in which people read it. Default UTC. */
  readonly zone?: string;
}

// PostgreSQL stores microseconds: what is finer would not be found again.
const Moment = z
  .instanceof(Temporal.Instant, { error: 'expected a Temporal.Instant' })
  .refine((instant) => instant.epochNanoseconds % 1000n === 0n, 'expected a moment in whole microseconds');

export const ItemWindowShape = z.strictObject({
  start: Moment.exactOptional(),
  end: Moment,
  zone: z.string().refine(isZone, 'expected an IANA zone such as Europe/Berlin').exactOptional(),
});

function isZone(zone: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: zone }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}
