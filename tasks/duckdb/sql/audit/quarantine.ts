import { QUARANTINE, QUARANTINE_COLUMNS, type QuarantineQuestion, type TransferContext } from '#framework';

import { SAME_WINDOW, windowValues } from '../load/load-log.ts';
import { type Statement, plainText, quote } from '../text.ts';

/** What an earlier load of the window left out may be right now. */
export function forgetQuarantined(context: TransferContext): Statement {
  return {
    name: 'forget what an earlier load of the window left out',
    sql: `delete from ${quote(QUARANTINE)} where ${SAME_WINDOW}`,
    values: windowValues(context),
  };
}

export function insertQuarantined(staging: string, context: TransferContext): Statement {
  const names = QUARANTINE_COLUMNS.map(([name]) => quote(name)).join(', ');
  return {
    name: 'keep the rows that were left out',
    sql: `
      insert into ${quote(QUARANTINE)}
      (pipeline_id, record_id, window_start, window_end, quarantined_at, ${names})
      select
        $pipeline, cast($record as bigint), cast($start as timestamp), cast($end as timestamp),
        cast($now as timestamp), ${names}
      from ${quote(staging)}
    `,
    values: { ...windowValues(context), record: String(context.recordId), now: context.clock.now().toString() },
  };
}

export function countQuarantined(context: TransferContext): Statement {
  return {
    name: 'count the rows that were left out',
    sql: `select count(*) from ${quote(QUARANTINE)} where ${SAME_WINDOW}`,
    values: windowValues(context),
  };
}

/** As many characters as Redshift shows. */
const SHOWN_CHARACTERS = 2000;

export function listQuarantined({ record, limit }: QuarantineQuestion): Statement {
  return {
    name: 'list the rows that were left out',
    sql: `
      select
        cast(record_id as varchar), pipeline_id, ${moment('window_start')}, ${moment('window_end')},
        extract, side, cast(line_number as varchar), ${cut('row_key')},
        column_name, code, reason, ${cut('value')}, ${cut('row_text')}
      from ${quote(QUARANTINE)}
      ${record === undefined ? '' : `where record_id = ${record}`}
      order by window_end desc, record_id, extract, side, line_number
      limit ${limit}
    `,
  };
}

function cut(name: string): string {
  return `substring(${quote(name)}, 1, ${SHOWN_CHARACTERS})`;
}

function moment(name: string): string {
  return plainText(name, { kind: 'timestamp' });
}
