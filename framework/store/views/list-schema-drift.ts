import { z } from 'zod';

import { type RecordId, type RunId, recordId } from '../../core/ids.ts';
import { DRIFT_DECISIONS, type DriftDecision } from '../../core/schema-drift.ts';
import type { Temporal } from '../../core/time.ts';
import type { Window } from '../../core/window.ts';
import { RECORD_STATUSES, type RecordStatus } from '../../record/record.ts';
import type { Executor } from '../database.ts';
import { InstantColumn, RunIdColumn } from '../runs/run-rows.ts';
import { buildList } from './build-list.ts';
import type { Page } from './view-rows.ts';

/** A change of a target's schema that a window made or asked for. */
export interface SchemaDriftView {
  readonly id: number;
  readonly at: Temporal.Instant;
  readonly pipelineId: string;
  readonly recordId: RecordId;
  /** Of the record now: a window that waits is in progress, one that a contract failed may have been run again. */
  readonly recordStatus: RecordStatus;
  readonly window: Window;
  readonly runId: RunId | null;
  readonly table: string;
  readonly column: string | null;
  readonly change: string;
  readonly typeBefore: string | null;
  readonly typeAfter: string | null;
  readonly decision: DriftDecision;
  readonly sentence: string;
}

export interface SchemaDriftFilter extends Page {
  readonly pipelineId?: string;
  readonly recordId?: number;
  /** The beginning of its name, as the target has it. */
  readonly table?: string;
  readonly decision?: DriftDecision;
  readonly since?: Temporal.Instant;
  readonly until?: Temporal.Instant;
}

/** Newest first. */
export async function listSchemaDrift(
  database: Executor,
  filter: SchemaDriftFilter,
): Promise<readonly SchemaDriftView[]> {
  const { pipelineId, recordId: record, table, decision, since, until, limit, before } = filter;
  const oldest = since === undefined ? undefined : await findId(database, OLDEST_SINCE, since);
  const newest = until === undefined ? undefined : await findId(database, NEWEST_UNTIL, until);
  if (oldest === null || newest === null) return [];
  const { statement, values } = buildList({
    select: SELECT,
    states: { 'd.decision': decision },
    filters: {
      'd.pipeline_id =': pipelineId,
      'd.record_id =': record,
      'd.table_name ^@': table,
      'd.id >=': oldest,
      'd.id <=': newest,
      'd.id <': before,
    },
    id: 'd.id',
    limit,
  });
  const rows = await database.run(statement, values);
  return rows.map((row) => DriftRow.parse(row));
}

/** Ids grow with time, so a span of time is a span of them, which every index here knows. */
async function findId(
  database: Executor,
  statement: typeof OLDEST_SINCE,
  at: Temporal.Instant,
): Promise<number | null> {
  const [row] = await database.run(statement, [at.toString()]);
  return row === undefined ? null : Id.parse(row).id;
}

const Id = z.object({ id: z.number() });

const OLDEST_SINCE = {
  name: 'oldest_drift_since',
  text: `
select id
from schema_drift
where at >= $1
order by at, id
limit 1`,
};

const NEWEST_UNTIL = {
  name: 'newest_drift_until',
  text: `
select id
from schema_drift
where at < $1
order by at desc, id desc
limit 1`,
};

const SELECT = `
select d.id, d.at, d.pipeline_id as "pipelineId", d.record_id as "recordId", p.pipeline_status as "recordStatus",
  p.window_start_time as start, p.window_end_time as end, p.window_zone as zone, d.run_id as "runId", d.table_name as "table",
  d.column_name as "column", d.change, d.type_before as "typeBefore", d.type_after as "typeAfter", d.decision, d.sentence
from schema_drift d
join pipeline_records p on p.id = d.record_id`;

const DriftRow = z
  .object({
    id: z.number(),
    at: InstantColumn,
    pipelineId: z.string(),
    recordId: z.number().transform(recordId),
    recordStatus: z.enum(RECORD_STATUSES),
    start: InstantColumn,
    end: InstantColumn,
    zone: z.string(),
    runId: RunIdColumn.nullable(),
    table: z.string(),
    column: z.string().nullable(),
    change: z.string(),
    typeBefore: z.string().nullable(),
    typeAfter: z.string().nullable(),
    decision: z.enum(DRIFT_DECISIONS),
    sentence: z.string(),
  })
  .transform(({ start, end, zone, ...drift }): SchemaDriftView => ({ ...drift, window: { start, end, zone } }));
