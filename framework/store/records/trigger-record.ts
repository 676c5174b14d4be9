import { z } from 'zod';

import type { RecordId, RunId } from '../../core/ids.ts';
import type { Json } from '../../core/json.ts';
import { Temporal } from '../../core/time.ts';
import { windowText } from '../../core/window.ts';
import type { NewRecord } from '../../record/new-records.ts';
import type { WindowRecord } from '../../record/record.ts';
import type { Database, Executor } from '../database.ts';
import { noteDeed } from '../note-deed.ts';
import { type RunKind, createRun } from '../runs/create-run.ts';
import { RunIdColumn } from '../runs/run-rows.ts';
import { findLastWindowEnd, insertRecords } from './insert-records.ts';
import { readRecord } from './record-rows.ts';

export interface RecordTrigger {
  readonly record: NewRecord;
  readonly kind: Extract<RunKind, 'manual' | 'test'>;
  /** Windows of this pipeline follow each other: a window that would leave a gap behind the newest one is refused. */
  readonly gapless: boolean;
  readonly params: Readonly<Record<string, Json>>;
  /** Default: the shape that the dag has at present. */
  readonly graphHash?: string;
  /** Who asks for it. */
  readonly by: string;
}

export type TriggeredRecord =
  | { readonly kind: 'created'; readonly runId: RunId; readonly recordId: RecordId }
  | { readonly kind: 'refused'; readonly reason: string; readonly recordId?: RecordId };

/**
 * Inserts the record of a window where it is missing and creates a run bound to it, in one transaction. Locks the
 * record's row, so that of two triggers one is refused.
 */
export async function triggerRecord(database: Database, trigger: RecordTrigger): Promise<TriggeredRecord> {
  const { record, kind, params } = trigger;
  return database.transaction(async (transaction): Promise<TriggeredRecord> => {
    const gap = trigger.gapless ? await gapBefore(transaction, record) : undefined;
    if (gap !== undefined) return { kind: 'refused', reason: gap };
    await insertRecords(transaction, [record]);
    const found = readRecord((await transaction.run(LOCK, windowKey(record)))[0]);
    const reason = await hindrance(transaction, found, params);
    if (reason !== undefined) return { kind: 'refused', reason, recordId: found.id };
    const run = await createRun(transaction, {
      dagId: record.pipelineId,
      kind,
      window: found.window,
      recordId: found.id,
      params,
      ...(trigger.graphHash === undefined ? {} : { graphHash: trigger.graphHash }),
    });
    if (run.kind === 'created') {
      const of = { dagId: record.pipelineId, runId: run.runId, recordId: found.id };
      await noteDeed(transaction, { kind: 'run_triggered', by: trigger.by, ...of });
      return { kind: 'created', runId: run.runId, recordId: found.id };
    }
    return {
      kind: 'refused',
      reason: `Record ${found.id} has got a run just now. Wait for its end.`,
      recordId: found.id,
    };
  });
}

/** Why a run of a window would be refused now; undefined where it would be created. Changes nothing. */
export async function previewRecordTrigger(
  database: Database,
  { record, gapless, params }: Pick<RecordTrigger, 'record' | 'gapless' | 'params'>,
): Promise<Extract<TriggeredRecord, { kind: 'refused' }> | undefined> {
  const gap = gapless ? await gapBefore(database, record) : undefined;
  if (gap !== undefined) return { kind: 'refused', reason: gap };
  const [row] = await database.run(FIND, windowKey(record));
  if (row === undefined) return undefined;
  const found = readRecord(row);
  const reason = await hindrance(database, found, params);
  return reason === undefined ? undefined : { kind: 'refused', reason, recordId: found.id };
}

/** What stands in the way of a run of a window that has its record. */
async function hindrance(
  executor: Executor,
  record: WindowRecord,
  params: RecordTrigger['params'],
): Promise<string | undefined> {
  return (await openRun(executor, record)) ?? finished(record) ?? (await ofItem(executor, record, params));
}

// Schedule and sensor go on behind the newest window, so a window left out before this one would never be made.
async function gapBefore(transaction: Executor, record: NewRecord): Promise<string | undefined> {
  const newest = await findLastWindowEnd(transaction, record.pipelineId);
  if (newest === undefined || Temporal.Instant.compare(record.window.start, newest) <= 0) return undefined;
  return (
    `The window ${windowText(record.window)} begins after ${newest.toString()}, where the newest window of ${record.pipelineId} ` +
    'ends: the time between would never be loaded. Start with the window that follows, or let the schedule or the sensor make them.'
  );
}

async function openRun(transaction: Executor, record: WindowRecord): Promise<string | undefined> {
  const [row] = await transaction.run(OPEN_RUN, [record.id]);
  if (row === undefined) return undefined;
  const { id } = OpenRun.parse(row);
  return `Record ${record.id} of this window has the open run ${id}. Wait for its end, or cancel it: windrow runs cancel ${id}.`;
}

function finished(record: WindowRecord): string | undefined {
  if (record.pipelineStatus === 'PENDING') return undefined;
  return (
    `The window ${windowText(record.window)} has record ${record.id} already, which is ${record.pipelineStatus}. ` +
    `To run it again: windrow records rerun ${record.id}.`
  );
}

/** A run with other params would complete the window, and what the item names would never be loaded. */
async function ofItem(
  transaction: Executor,
  { id, window }: WindowRecord,
  params: RecordTrigger['params'],
): Promise<string | undefined> {
  const [row] = await transaction.run(ITEM, [id, JSON.stringify(params)]);
  if (row === undefined) return undefined;
  const { key, sensorId, given } = Item.parse(row);
  return (
    `The window ${windowText(window)} is that of the item "${key}", which sensor ${sensorId} found with the params ${JSON.stringify(given)}. ` +
    'Give it the same ones, or name another window.'
  );
}

function windowKey({ pipelineId, window }: NewRecord): readonly string[] {
  return [pipelineId, window.start.toString(), window.end.toString()];
}

const FIND = {
  text: `
select *
from pipeline_records
where pipeline_id = $1 and window_start_time = $2::timestamptz and window_end_time = $3::timestamptz`,
};
const LOCK = { text: `${FIND.text}\nfor update` };

const OPEN_RUN = { text: `select id from dag_run where record_id = $1 and state in ('queued', 'running')` };

const ITEM = {
  text: `select key, sensor_id as "sensorId", params as given from sensor_item where record_id = $1 and params <> $2::jsonb`,
};

const Item = z.object({ key: z.string(), sensorId: z.string(), given: z.json() });
const OpenRun = z.object({ id: RunIdColumn });
