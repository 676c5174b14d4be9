import type { RunId } from '../../core/ids.ts';
import { isExpanded } from '../../run/mapped.ts';
import { planCancel } from '../../run/plan.ts';
import type { Database } from '../database.ts';
import { noteDeed } from '../note-deed.ts';
import { type AppliedPlan, applyPlans } from './apply-plans.ts';
import { type Finished, follows } from './finish-tasks.ts';
import type { Graphs } from './graphs.ts';
import { lockRuns, lockAllTasks } from './locked-runs.ts';

export type Cancellation =
  | { readonly kind: 'cancelling'; readonly finished: Omit<Finished, 'accepted'>; readonly running: number }
  | { readonly kind: 'already_ended' }
  | { readonly kind: 'not_found' };

/** Cancels a run: waiting tasks at once, running ones by the signal that their next heartbeat brings. `by`: the person who asks. */
export async function cancelRun(
  store: { readonly database: Database; readonly graphs: Graphs },
  id: RunId,
  by?: string,
): Promise<Cancellation> {
  return store.database.transaction(async (transaction): Promise<Cancellation> => {
    const [run] = await lockRuns(transaction, [id]);
    if (run === undefined) return { kind: 'not_found' };
    if (run.state !== 'queued' && run.state !== 'running') return { kind: 'already_ended' };
    const shape = await store.graphs.load(transaction, run.graphHash);
    const tasks = await lockAllTasks(transaction, id);
    const plan: AppliedPlan = { run, tasks, plan: planCancel({ shape, run, tasks }) };
    const { dagId, recordId } = run;
    const of = { dagId, runId: id, ...(recordId === null ? {} : { recordId }) };
    if (by !== undefined) await noteDeed(transaction, { kind: 'run_cancel_requested', by, ...of });
    const dispatches = await applyPlans(transaction, [plan]);
    const running = [...tasks.values()].filter((task) => task.state === 'running' && !isExpanded(task)).length;
    return { kind: 'cancelling', finished: follows([plan], dispatches), running };
  });
}
