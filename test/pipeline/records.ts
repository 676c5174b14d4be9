import { type Phase, type RecordId, type RunId, Temporal, type Window, recordId, windowText } from '#framework';
import { type Windrow, createRun, operations } from '#framework/operate';

import { eventually } from '../support/engine.ts';

/** Waits until the records of the database are in exactly these states, by window. */
export async function records(engine: Windrow, wanted: Readonly<Record<string, string>>): Promise<void> {
  const text = JSON.stringify(wanted);
  let seen = '';
  await eventually(`the records ${text}`, async () => {
    seen = JSON.stringify(await statuses(engine));
    return seen === text ? true : undefined;
  }).catch((cause: unknown) => {
    throw new Error(`Expected the records ${text}, found ${seen}.`, { cause });
  });
}

async function statuses(engine: Windrow): Promise<Readonly<Record<string, string>>> {
  const rows = await engine.store.database.run({
    text: 'select * from pipeline_records order by window_start_time',
  });
  return Object.fromEntries(rows.map((row) => [windowText(windowOf(row)), String(row['pipeline_status'])] as const));
}

function windowOf(row: Readonly<Record<string, unknown>>): Window {
  return {
    start: Temporal.Instant.from(String(row['window_start_time'])),
    end: Temporal.Instant.from(String(row['window_end_time'])),
    zone: 'UTC',
  };
}

/** Re-runs a window as a person does; fails where that is refused. */
export async function rerun(engine: Windrow, window: string, from?: Phase): Promise<void> {
  const id = await findRecordOf(engine, window);
  await eventually(`the end of the run of ${window}`, async () => {
    const open = await engine.store.database.run(OPEN, [id]);
    return open.length === 0 ? true : undefined;
  });
  const started = await operations(engine).rerunRecord(id, from === undefined ? {} : { from });
  if (started.kind !== 'started') throw new Error(`The re-run of ${window} ended with ${JSON.stringify(started)}.`);
}

const OPEN = { text: `select id from dag_run where record_id = $1 and state in ('queued', 'running')` };

/**
 * Makes the record of a window and a run that is bound to it, whatever the schedule says. Both at once: a pending record
 * without a run would get one from whoever looks in between.
 */
export async function startWindow(engine: Windrow, pipelineId: string, window: string): Promise<RunId> {
  const [start = '', end = ''] = window.split('..');
  const at = { start: Temporal.Instant.from(start), end: Temporal.Instant.from(end), zone: 'UTC' };
  const created = await engine.store.database.transaction(async (transaction) => {
    await transaction.run(INSERT_RECORD, [pipelineId, start, end]);
    const [record] = await transaction.run(RECORD, [pipelineId, start, end]);
    const id = recordId(Number(record?.['id']));
    return createRun(transaction, { dagId: pipelineId, kind: 'manual', window: at, recordId: id });
  });
  if (created.kind !== 'created') throw new Error(`The window ${window} has an open run already.`);
  await engine.advance(pipelineId);
  return created.runId;
}

const INSERT_RECORD = {
  text: `
insert into pipeline_records (pipeline_id, target_day, window_start_time, window_end_time, window_zone, time_interval)
values ($1, $2::timestamptz::date, $2, $3, 'UTC', '15m')
on conflict do nothing`,
};

const RECORD = {
  text: `select id from pipeline_records where pipeline_id = $1 and window_start_time = $2 and window_end_time = $3`,
};

async function findRecordOf(engine: Windrow, window: string): Promise<RecordId> {
  const [row] = await engine.store.database.run(
    { text: 'select id from pipeline_records where window_start_time = $1' },
    [window.split('..')[0]],
  );
  return recordId(Number(row?.['id']));
}
