import { type DriftFilter, LOAD_LOG, SCHEMA_DRIFT, type Temporal } from '#framework';

import { inPieces } from '../pieces.ts';
import { type Statement, lines, literal, qualified, timestampLiteral } from '../text.ts';

/** Which window asked for changes. The window, not the record id: a new Windrow database counts records anew. */
export interface DriftWindow {
  readonly pipelineId: string;
  readonly windowEnd: Temporal.Instant;
}

/** Table, sentence and decision of every change that contracts kept back of a window. */
export function readNoted(schema: string, { pipelineId, windowEnd }: DriftWindow): Statement {
  return {
    name: 'read what was decided about schema changes',
    sql: lines(
      'select "table_name", "sentence", "decision"',
      `from ${qualified(schema, SCHEMA_DRIFT)}`,
      `where "pipeline_id" = ${literal(pipelineId)}`,
      `and "window_end" = ${timestampLiteral(windowEnd)}`,
      `and "decision" <> 'applied'`,
    ),
  };
}

/** A row where the pipeline has loaded anything. */
export function findAnyLoad(schema: string, pipelineId: string): Statement {
  return {
    name: 'look for a load of the pipeline',
    sql: lines(
      'select 1',
      `from ${qualified(schema, LOAD_LOG)}`,
      `where "pipeline_id" = ${literal(pipelineId)}`,
      'limit 1',
    ),
  };
}

/** When, table, sentence, decision, pipeline, record and end of the window; newest first. */
export function listDrift(schema: string, filter: DriftFilter): Statement {
  return {
    name: 'list schema changes',
    sql: lines(
      'select cast("changed_at" as varchar), "table_name", "sentence", "decision", "pipeline_id", cast("record_id" as varchar), cast("window_end" as varchar)',
      `from ${qualified(schema, SCHEMA_DRIFT)}`,
      filter.kind === 'waiting' ? `where ${WAITING}` : '',
      filter.kind === 'waiting' && filter.tables !== undefined ? `and ${inTables(filter.tables)}` : '',
      'order by "changed_at" desc, "table_name", "sentence"',
      `limit ${MOST_LISTED}`,
    ),
  };
}

const MOST_LISTED = 1000;
const WAITING = `"decision" in ('paused', 'failed')`;

/** Accepts what the tables ask for; of every table where none is named. */
export function acceptDrift(schema: string, tables: readonly string[] | undefined): Statement {
  return {
    name: 'accept schema changes',
    sql: lines(
      `update ${qualified(schema, SCHEMA_DRIFT)}`,
      `set "decision" = 'accepted'`,
      `where ${WAITING}`,
      tables === undefined ? '' : `and ${inTables(tables)}`,
    ),
  };
}

/** Names of people, so few that one statement has room for them. */
function inTables(tables: readonly string[]): string {
  const [names = []] = inPieces(tables.map((table) => literal(table.toLowerCase())));
  return `"table_name" in (${names.join(', ')})`;
}
