import { LOAD_LOG, type Temporal, type Window } from '#framework';

import { type Statement, lines, literal, qualified, timestampLiteral } from '../text.ts';

/** Which load of which window. The window, not the record id, is compared: a new Windrow database counts records anew. */
export interface LoadIdentity {
  readonly pipelineId: string;
  readonly window: Window;
  readonly recordId: number;
  readonly loadId: string;
  readonly fence: number;
}

export interface LoadLogRow extends LoadIdentity {
  readonly rows: number;
  readonly tables: number;
  readonly manifestSha256: string;
  readonly loadedAt: Temporal.Instant;
  readonly receipt: string;
}

/** Locks out every other load of the schema until commit; first in the transaction, so that what follows sees its commit. */
export function lockLoadLog(schema: string): Statement {
  return { name: 'lock the load log', sql: `lock table ${qualified(schema, LOAD_LOG)}` };
}

/**
 * Stops the transaction by a division by zero when this load is already in the log or a worker with a higher fence has
 * loaded the window: the Data API offers a batch no other way to say "only if".
 */
export function guardLoad(schema: string, load: LoadIdentity): Statement {
  return {
    name: 'guard against a second or stale load',
    sql: lines(
      'select 1 / case when count(*) = 0 then 1 else 0 end',
      `from ${qualified(schema, LOAD_LOG)}`,
      sameWindow(load),
      `and ("load_id" = ${literal(load.loadId)} or "fence" > ${load.fence})`,
    ),
  };
}

export function insertLoadLog(schema: string, row: LoadLogRow): Statement {
  const values = [
    literal(row.pipelineId),
    String(row.recordId),
    literal(row.loadId),
    timestampLiteral(row.window.start),
    timestampLiteral(row.window.end),
    String(row.fence),
    String(row.rows),
    String(row.tables),
    literal(row.manifestSha256),
    timestampLiteral(row.loadedAt),
    literal(row.receipt),
  ];
  return {
    name: 'write the load log',
    sql: lines(
      `insert into ${qualified(schema, LOAD_LOG)}`,
      '("pipeline_id", "record_id", "load_id", "window_start", "window_end", "fence", "rows", "tables", "manifest_sha256", "loaded_at", "receipt")',
      `values (${values.join(', ')})`,
    ),
  };
}

/** This load if it is in the log, else one of the window with a higher fence; numbers as text, because the Data API rounds large ones. */
export function findLoad(schema: string, load: LoadIdentity): Statement {
  return {
    name: 'read the load log',
    sql: lines(
      'select "load_id", cast("fence" as varchar), cast("rows" as varchar), cast("tables" as varchar), "receipt"',
      `from ${qualified(schema, LOAD_LOG)}`,
      sameWindow(load),
      `and ("load_id" = ${literal(load.loadId)} or "fence" > ${load.fence})`,
      `order by case when "load_id" = ${literal(load.loadId)} then 0 else 1 end, "fence" desc`,
      'limit 1',
    ),
  };
}

/** Rows of the latest load of the window. */
export function countLoaded(schema: string, load: Pick<LoadIdentity, 'pipelineId' | 'window'>): Statement {
  return {
    name: 'count the rows that the window brought',
    sql: lines(
      'select cast("rows" as varchar)',
      `from ${qualified(schema, LOAD_LOG)}`,
      sameWindow(load),
      'order by "loaded_at" desc, "fence" desc',
      'limit 1',
    ),
  };
}

export function sameWindow(load: Pick<LoadIdentity, 'pipelineId' | 'window'>): readonly string[] {
  return [
    `where "pipeline_id" = ${literal(load.pipelineId)}`,
    `and "window_start" = ${timestampLiteral(load.window.start)}`,
    `and "window_end" = ${timestampLiteral(load.window.end)}`,
  ];
}
