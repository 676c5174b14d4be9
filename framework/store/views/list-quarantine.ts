import { z } from 'zod';

import { type RecordId, recordId } from '../../core/ids.ts';
import type { Window } from '../../core/window.ts';
import { RECORD_STATUSES, type RecordStatus } from '../../record/record.ts';
import type { Executor } from '../database.ts';
import { InstantColumn } from '../runs/run-rows.ts';
import { buildList } from './build-list.ts';
import type { Page } from './view-rows.ts';

/** A window whose last load left rows out. The rows themselves, with their reasons, are in the target. */
export interface QuarantineView {
  readonly recordId: RecordId;
  readonly pipelineId: string;
  readonly window: Window;
  readonly status: RecordStatus;
  /** Left out. */
  readonly rows: number;
  /** By table, most first; empty where the receipt does not tell. */
  readonly tables: readonly { readonly table: string; readonly rows: number }[];
  /** The command that lists them. */
  readonly command: string | null;
}

export interface QuarantineFilter extends Page {
  readonly pipelineId?: string;
}

/** Newest record first. */
export async function listQuarantine(
  database: Executor,
  { pipelineId, limit, before }: QuarantineFilter,
): Promise<readonly QuarantineView[]> {
  const { statement, values } = buildList({
    select: SELECT,
    filters: { 'pipeline_id =': pipelineId, 'id <': before },
    id: 'id',
    limit,
  });
  const rows = await database.run(statement, values);
  return rows.map((row) => QuarantineRow.parse(row));
}

const SELECT = `
select id as "recordId", pipeline_id as "pipelineId", window_start_time as start, window_end_time as end, window_zone as zone,
  pipeline_status as status, quarantined as rows, load_receipt #> '{details,quarantinedTables}' as tables,
  load_receipt #>> '{details,quarantineCommand}' as command
from (select * from pipeline_records where quarantined > 0) left_out`;

// Any target may write what it likes into its receipt.
const ByTable = z.record(z.string(), z.number()).catch({});

const QuarantineRow = z
  .object({
    recordId: z.number().transform(recordId),
    pipelineId: z.string(),
    start: InstantColumn,
    end: InstantColumn,
    zone: z.string(),
    status: z.enum(RECORD_STATUSES),
    rows: z.number(),
    tables: ByTable,
    command: z.string().nullable(),
  })
  .transform(({ start, end, zone, tables, ...of }): QuarantineView => ({
    ...of,
    window: { start, end, zone },
    tables: Object.entries(tables)
      .map(([table, rows]) => ({ table, rows }))
      .toSorted((a, b) => b.rows - a.rows || (a.table < b.table ? -1 : 1)),
  }));
