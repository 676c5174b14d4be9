import { QUARANTINE, QUARANTINE_COLUMNS, type TransferContext } from '#framework';

import { SAME_WINDOW, windowValues } from './load-log.ts';
import { type Statement, quote } from './text.ts';

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
