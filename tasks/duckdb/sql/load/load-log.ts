import { LOAD_LOG, type TransferContext } from '#framework';

import { type Statement, quote } from '../text.ts';

export interface LoadLogRow {
  readonly rows: number;
  readonly tables: number;
  readonly manifestSha256: string;
  readonly receipt: string;
}

/**
 * First in a load's transaction. DuckDB has no lock to take, but two transactions that change the same entry of its
 * catalog conflict at once, so two loads within one process cannot both go on from here.
 */
export function claimLoadLog(): Statement {
  return {
    name: 'claim the load log',
    sql: `comment on table ${quote(LOAD_LOG)} is 'one row for each load of a window'`,
  };
}

/** This load if it is in the log, else one of the window with a higher fence. */
export function findLoad(context: TransferContext): Statement {
  return {
    name: 'read the load log',
    sql: `
      select load_id, fence, "rows", "tables", receipt
      from ${quote(LOAD_LOG)}
      where ${SAME_WINDOW}
      and (load_id = $load or fence > cast($fence as bigint))
      order by load_id = $load desc, fence desc
      limit 1
    `,
    values: { ...windowValues(context), load: context.loadId, fence: String(context.fence) },
  };
}

/** Rows of the latest load of the window. */
export function countLoaded(context: TransferContext): Statement {
  return {
    name: 'count the rows that the window brought',
    sql: `
      select "rows"
      from ${quote(LOAD_LOG)}
      where ${SAME_WINDOW}
      order by loaded_at desc, fence desc
      limit 1
    `,
    values: windowValues(context),
  };
}

export function insertLoadLog(row: LoadLogRow, context: TransferContext): Statement {
  return {
    name: 'write the load log',
    sql: `
      insert into ${quote(LOAD_LOG)}
      values (
        $pipeline, cast($record as bigint), $load, cast($start as timestamp), cast($end as timestamp),
        cast($fence as bigint), cast($rows as bigint), cast($tables as bigint), $sha256, cast($now as timestamp), $receipt
      )
    `,
    values: {
      ...windowValues(context),
      record: String(context.recordId),
      load: context.loadId,
      fence: String(context.fence),
      rows: String(row.rows),
      tables: String(row.tables),
      sha256: row.manifestSha256,
      now: context.clock.now().toString(),
      receipt: row.receipt,
    },
  };
}

/** The window, not the record id, is compared: a new Windrow database counts records anew. */
export const SAME_WINDOW =
  'pipeline_id = $pipeline and window_start = cast($start as timestamp) and window_end = cast($end as timestamp)';

export function windowValues({ pipelineId, window }: Pick<TransferContext, 'pipelineId' | 'window'>) {
  return { pipeline: pipelineId, start: window.start.toString(), end: window.end.toString() };
}
