import { z } from 'zod';

import type { RecordId } from '../../core/ids.ts';
import type { Json } from '../../core/json.ts';
import { type RerunPlan, type RerunRequest, rerunPlan } from '../../record/rerun-plan.ts';
import type { Database, Executor } from '../database.ts';
import { noteDeed } from '../note-deed.ts';
import { type CreatedRun, createRun } from '../runs/create-run.ts';
import { recordParams } from './record-params.ts';
import { readRecord } from './record-rows.ts';
import { resetRecord } from './reset-record.ts';

export type RerunResult =
  | { readonly kind: 'not_found' }
  | { readonly kind: 'refused'; readonly reason: string }
  | { readonly kind: 'planned'; readonly plan: Extract<RerunPlan, { kind: 'rerun' }> }
  | { readonly kind: 'started'; readonly plan: Extract<RerunPlan, { kind: 'rerun' }>; readonly run: CreatedRun };

/** What a re-run would reset and what stays. Changes nothing. */
export async function previewRerun(database: Database, id: RecordId, options: RerunRequest): Promise<RerunResult> {
  const [row] = await database.run(READ, [id]);
  if (row === undefined) return { kind: 'not_found' };
  return (await openRun(database, id)) ?? outcome(rerunPlan(readRecord(row), options));
}

/** Resets the record as planned and creates a queued run that is bound to it, with the params of its newest run, in one transaction. */
export async function rerunRecord(
  database: Database,
  id: RecordId,
  { by, ...options }: RerunRequest & { readonly by: string },
): Promise<RerunResult> {
  return database.transaction(async (transaction): Promise<RerunResult> => {
    const [row] = await transaction.run(LOCK, [id]);
    if (row === undefined) return { kind: 'not_found' };
    const open = await openRun(transaction, id);
    if (open !== undefined) return open;
    const planned = outcome(rerunPlan(readRecord(row), options));
    if (planned.kind !== 'planned') return planned;
    const { after } = planned.plan;
    await resetRecord(transaction, after);
    const run = await createRun(transaction, {
      dagId: after.pipelineId,
      kind: 'rerun',
      window: after.window,
      recordId: id,
      params: await nextParams(transaction, id),
    });
    if (run.kind === 'created') {
      const of = { dagId: after.pipelineId, runId: run.runId, recordId: id };
      const details = options.from === undefined ? {} : { from: options.from };
      await noteDeed(transaction, { kind: 'record_rerun', by, ...of, details });
    }
    return { ...planned, kind: 'started', run };
  });
}

async function openRun(
  executor: Executor,
  id: RecordId,
): Promise<Extract<RerunResult, { kind: 'refused' }> | undefined> {
  const [open] = await executor.run(OPEN_RUN, [id]);
  if (open === undefined) return undefined;
  const run = String(open['id']);
  return {
    kind: 'refused',
    reason: `Record ${id} has the open run ${run}. Wait for its end, or cancel it: windrow runs cancel ${run}.`,
  };
}

async function nextParams(executor: Executor, id: RecordId): Promise<Readonly<Record<string, Json>>> {
  const [row] = await executor.run(NEXT_PARAMS, [id]);
  return Next.parse(row).params;
}

function outcome(plan: RerunPlan): RerunResult {
  return plan.kind === 'refused' ? plan : { kind: 'planned', plan };
}

const READ = { text: 'select * from pipeline_records where id = $1' };
const LOCK = { text: 'select * from pipeline_records where id = $1 for update' };
const OPEN_RUN = { text: `select id from dag_run where record_id = $1 and state in ('queued', 'running')` };
const NEXT_PARAMS = { text: `select ${recordParams('$1')} as params` };

const Next = z.object({ params: z.record(z.string(), z.json()) });
