import { activateRuns } from '../store/runs/activate-runs.ts';
import type { Store } from '../store/store.ts';
import type { Delivery } from './delivery.ts';

export interface ActivateTools {
  readonly store: Pick<Store, 'database'>;
  readonly delivery: Delivery;
}

/** Starts queued runs of a dag, as many as its limit allows, and sends their first tasks. Opens no connection of a project. */
export async function activate(tools: ActivateTools, dagId: string): Promise<void> {
  const { mayBeMore, ...ready } = await activateRuns(tools.store.database, dagId);
  await tools.delivery.follow(ready);
  if (mayBeMore) await activate(tools, dagId);
}
