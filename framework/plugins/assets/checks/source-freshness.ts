import { DataFailure, Temporal, formatDuration, milliseconds, parseDuration } from '#framework';

import type { AssetCheck } from '../asset-check.ts';
import { type TableCheckOptions, tableCheck } from './table-check.ts';

export interface SourceFreshnessOptions<Settings> extends Omit<TableCheckOptions<Settings>, 'windowColumn' | 'key'> {
  /** A timestamp in UTC or with its offset, or a date, at which the source last changed a row. */
  readonly column: string;
  /** The newest row may be so old: `26h`. */
  readonly maxAge: string;
}

/**
 * The source still brings rows: the newest one is young enough, however often windows are loaded.
 * @throws DefinitionFailure `E_DURATION_UNREADABLE`
 */
export function sourceFreshness<Settings>(options: SourceFreshnessOptions<Settings>): AssetCheck {
  const { column, maxAge } = options;
  const maxMs = parseDuration(maxAge);
  return tableCheck({ kind: 'source_freshness', columns: [column] }, options, async (table) => {
    const [[text = null] = []] = await table.ask(
      'find the newest row',
      `select max(${table.column(column)}) from ${table.from}`,
    );
    if (text === null) return { passed: false, description: `${table.title} has no row with a ${column}.` };
    const newest = momentOf(table.title, column, text);
    const age = table.context.clock.now().since(newest).total('milliseconds');
    return {
      passed: age <= maxMs,
      description: `The newest ${column} of ${table.title} is ${newest.toString()}, ${ageText(age)} ago; allowed are ${maxAge}.`,
      metadata: {
        newest: { type: 'timestamp', value: newest.toString() },
        age: { type: 'duration', value: Math.max(0, Math.round(age)) },
      },
    };
  });
}

function ageText(age: number): string {
  return age < 60_000 ? 'less than 1m' : formatDuration(milliseconds(Math.floor(age / 60_000) * 60_000));
}

const WITH_OFFSET = /T.*(?:Z|[+-]\d{2}(?::?\d{2})?)$/;

/** `2026-01-20 15:15:00+02` or `2026-01-20T13:15:00Z`; in UTC `2026-01-20 13:15:00.5` and `2026-01-20`. */
function momentOf(table: string, column: string, text: string): Temporal.Instant {
  try {
    const iso = text.trim().replace(' ', 'T');
    if (WITH_OFFSET.test(iso)) return Temporal.Instant.from(iso);
    return Temporal.PlainDateTime.from(iso).toZonedDateTime('UTC').toInstant();
  } catch (cause) {
    throw new DataFailure(
      'E_CHECK_MOMENT',
      `Cannot tell how old ${table} is: its newest ${column} is "${text}". Expected a column of type timestamp or date.`,
      { cause },
    );
  }
}
