import { z } from 'zod';

import type { FailureRecord } from '../../core/failures.ts';
import { type RecordId, recordId } from '../../core/ids.ts';
import type { Temporal } from '../../core/time.ts';
import type { Window } from '../../core/window.ts';
import { InstantColumn } from '../runs/run-rows.ts';

/** Columns that several views share. Absent values stay null, as JSON shows them. */
export const MaybeInstant = InstantColumn.nullable();
export const MaybeRecordId = z
  .number()
  .nullable()
  .transform((value): RecordId | null => (value === null ? null : recordId(value)));
// Written by `failureRecord`.
export const MaybeFailure = z.custom<FailureRecord | null>((value) => value === null || typeof value === 'object');

/** Of a newest-first list: how many rows at most, and the id that the next page begins behind. */
export interface Page {
  readonly limit: number;
  readonly before?: number;
}

export interface WindowColumns {
  readonly windowStart: Temporal.Instant | null;
  readonly windowEnd: Temporal.Instant | null;
  readonly windowZone: string | null;
}

export function windowOf({ windowStart: start, windowEnd: end, windowZone: zone }: WindowColumns): Window | null {
  return start === null || end === null || zone === null ? null : { start, end, zone };
}
