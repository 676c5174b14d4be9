import { Temporal } from './time.ts';

// Years of four digits are what PostgreSQL and JavaScript write alike, and what rounding to microseconds does not leave.
const FIRST_MOMENT = Temporal.Instant.from('0001-01-01T00:00Z');
const LAST_MOMENT = Temporal.Instant.from('9999-12-31T00:00Z');

/** Whether the database gives a moment back as it was: from the year 1 on and before 9999-12-31. */
export function isStorableMoment(moment: Temporal.Instant): boolean {
  return Temporal.Instant.compare(moment, FIRST_MOMENT) >= 0 && Temporal.Instant.compare(moment, LAST_MOMENT) < 0;
}
