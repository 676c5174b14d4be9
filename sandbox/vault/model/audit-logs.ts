import type { Extract } from './extract.ts';
import { logExtracts } from './fixed-extracts.ts';
import { randomFrom } from './random.ts';
import type { Row } from './table.ts';
import { type ValueRules, dateTime, valueFor } from './values.ts';

export interface LogDay {
  readonly seed: number;
  readonly rows: number;
  readonly rules: ValueRules;
  /** Milliseconds since 1970; a day may have 23 or 25 hours. */
  readonly start: number;
  readonly stop: number;
}

export interface LogTable {
  readonly extract: Extract;
  readonly rows: readonly Row[];
}

/** The four audit logs of one day; nobody worked in the system log of every third day. */
export function logsOf(day: LogDay): LogTable[] {
  return logExtracts().map((extract) => ({ extract, rows: rowsOf(extract, day) }));
}

/** Ids of audit entries exceed 32 bits. */
const FIRST_ID = 152_515_375_538;
const DAY = 86_400_000;

function rowsOf(extract: Extract, day: LogDay): Row[] {
  const number = Math.round(day.start / DAY);
  if (extract.name === 'system_audit_trail' && number % 3 === 0) return [];
  const random = randomFrom(day.seed, 'log', extract.name, day.start);
  return Array.from({ length: day.rows }, (_none, index) =>
    extract.columns.map((column) => {
      if (column.name === 'id') return String(FIRST_ID + (number - 10_000) * 1_000_000 + index);
      if (column.name === 'timestamp')
        return dateTime(day.start + Math.floor((index / day.rows) * (day.stop - day.start)));
      return valueFor(column, random, day.rules);
    }),
  );
}
