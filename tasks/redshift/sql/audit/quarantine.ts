import { type ColumnType, QUARANTINE, QUARANTINE_COLUMNS, type QuarantineQuestion, type Temporal } from '#framework';

import { type LoadIdentity, sameWindow } from '../load/load-log.ts';
import { type Statement, lines, literal, qualified, quote, readableText, timestampLiteral } from '../text.ts';

type LoadedWindow = Pick<LoadIdentity, 'pipelineId' | 'window' | 'recordId'>;

/** What an earlier load of the window left out may be right now. */
export function forgetQuarantined(schema: string, load: LoadedWindow): Statement {
  return {
    name: 'forget what an earlier load of the window left out',
    sql: lines(`delete from ${qualified(schema, QUARANTINE)}`, sameWindow(load)),
  };
}

export interface QuarantineSource {
  readonly schema: string;
  readonly staging: string;
  readonly quarantinedAt: Temporal.Instant;
}

export function insertQuarantined(
  { schema, staging, quarantinedAt }: QuarantineSource,
  { pipelineId, recordId, window }: LoadedWindow,
): Statement {
  const names = QUARANTINE_COLUMNS.map(([name]) => quote(name));
  const own = [
    literal(pipelineId),
    String(recordId),
    timestampLiteral(window.start),
    timestampLiteral(window.end),
    timestampLiteral(quarantinedAt),
  ];
  return {
    name: 'keep the rows that were left out',
    sql: lines(
      `insert into ${qualified(schema, QUARANTINE)}`,
      `("pipeline_id", "record_id", "window_start", "window_end", "quarantined_at", ${names.join(', ')})`,
      `select ${[...own, ...names].join(', ')}`,
      `from ${qualified(schema, staging)}`,
    ),
  };
}

export function countQuarantined(schema: string, load: LoadedWindow): Statement {
  return {
    name: 'count the rows that were left out',
    sql: lines(`select cast(count(*) as varchar)`, `from ${qualified(schema, QUARANTINE)}`, sameWindow(load)),
  };
}

/** A row of an answer has at most 64 KB. */
const SHOWN_CHARACTERS = 2000;

export function listQuarantined(schema: string, { record, limit }: QuarantineQuestion): Statement {
  const instant: ColumnType = { kind: 'timestamp' };
  const values = [
    'cast("record_id" as varchar)',
    '"pipeline_id"',
    readableText('"window_start"', instant),
    readableText('"window_end"', instant),
    '"extract"',
    '"side"',
    'cast("line_number" as varchar)',
    cut('row_key'),
    '"column_name"',
    '"code"',
    '"reason"',
    cut('value'),
    cut('row_text'),
  ];
  return {
    name: 'list the rows that were left out',
    sql: lines(
      `select ${values.join(', ')}`,
      `from ${qualified(schema, QUARANTINE)}`,
      record === undefined ? '' : `where "record_id" = ${record}`,
      'order by "window_end" desc, "record_id", "extract", "side", "line_number"',
      `limit ${limit}`,
    ),
  };
}

function cut(name: string): string {
  return `substring(${quote(name)}, 1, ${SHOWN_CHARACTERS})`;
}
