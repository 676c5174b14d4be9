import { type DriftFilter, LOAD_LOG, SCHEMA_DRIFT, type TransferContext } from '#framework';

import { END, type Statement, literal, quote } from '../text.ts';

/** Table, sentence and decision of every change that contracts kept back of a window. */
export function readNoted({ pipelineId, window }: TransferContext): Statement {
  return {
    name: 'read what was decided about schema changes',
    sql: `
      select table_name, sentence, decision
      from ${quote(SCHEMA_DRIFT)}
      where pipeline_id = $pipeline and window_end = ${END} and decision <> 'applied'
    `,
    values: { pipeline: pipelineId, end: window.end.toString() },
  };
}

/** A row where the pipeline has loaded anything. */
export function findAnyLoad({ pipelineId }: TransferContext): Statement {
  return {
    name: 'look for a load of the pipeline',
    sql: `select 1 from ${quote(LOAD_LOG)} where pipeline_id = $pipeline limit 1`,
    values: { pipeline: pipelineId },
  };
}

/** When, table, sentence, decision, pipeline, record and end of the window; newest first. */
export function listDrift(filter: DriftFilter): Statement {
  return {
    name: 'list schema changes',
    sql: `
      select changed_at, table_name, sentence, decision, pipeline_id, record_id, window_end
      from ${quote(SCHEMA_DRIFT)}
      ${filter.kind === 'waiting' ? `where ${waiting(filter.tables)}` : ''}
      order by changed_at desc, table_name, sentence
      limit 1000
    `,
  };
}

/** Accepts what the tables ask for; of every table where none is named. */
export function acceptDrift(tables: readonly string[] | undefined): Statement {
  return {
    name: 'accept schema changes',
    sql: `update ${quote(SCHEMA_DRIFT)} set decision = 'accepted' where ${waiting(tables)}`,
  };
}

function waiting(tables: readonly string[] | undefined): string {
  const kept = `decision in ('paused', 'failed')`;
  if (tables === undefined) return kept;
  return `${kept} and table_name in (${tables.map((table) => literal(table.toLowerCase())).join(', ')})`;
}
