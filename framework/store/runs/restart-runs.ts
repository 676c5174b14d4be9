import type { RunId } from '../../core/ids.ts';
import type { DagGraph } from '../../dag/graph.ts';
import { shapeOf } from '../../run/cascade.ts';
import { planRestart } from '../../run/restart.ts';
import type { Transaction } from '../database.ts';
import { type AppliedPlan, applyPlans } from './apply-plans.ts';
import type { Ready } from './dispatch.ts';
import { follows } from './finish-tasks.ts';
import { lockAllTasks, lockRuns } from './locked-runs.ts';

/** Starts runs again whose tasks were cleared; they are active and locked already. Commits. */
export async function restartRuns(transaction: Transaction, graphs: ReadonlyMap<RunId, DagGraph>): Promise<Ready> {
  const plans: AppliedPlan[] = [];
  for (const run of await lockRuns(transaction, [...graphs.keys()])) {
    const graph = graphs.get(run.id);
    if (graph === undefined) continue;
    const tasks = await lockAllTasks(transaction, run.id);
    plans.push({ run, tasks, plan: planRestart({ shape: shapeOf(graph), run, tasks }) });
  }
  await transaction.run(TELL, [[...graphs.keys()]]);
  return follows(plans, await applyPlans(transaction, plans));
}

const TELL = {
  name: 'tell_restarted',
  text: `
insert into event (kind, dag_id, run_id, record_id)
select 'run_running', dag_id, id, record_id from dag_run where id = any ($1::bigint[]) order by id`,
};
