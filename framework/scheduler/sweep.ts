import { type Millis, seconds } from '../core/duration.ts';
import type { Clock } from '../core/clock.ts';
import type { Delivery } from '../queue/delivery.ts';
import type { Dispatcher, Looked } from '../queue/dispatcher.ts';
import type { Dispatch } from '../store/runs/dispatch.ts';
import { findLostTries } from '../store/runs/leases.ts';
import { dispatchDue, findQuiet, redispatch } from '../store/runs/outbox.ts';
import { timeOutRuns } from '../store/runs/time-out-runs.ts';
import type { Store } from '../store/store.ts';
import type { Settler } from '../worker/settler.ts';

export interface SweepTools {
  readonly store: Store;
  readonly dispatcher: Dispatcher;
  readonly delivery: Delivery;
  readonly settler: Settler;
  readonly clock: Clock;
}

export interface Swept {
  /** Tries whose worker died. */
  readonly lost: number;
  /** Dispatches that their process did not send. */
  readonly resent: number;
  /** Deferred tasks that became due. */
  readonly due: number;
  /** Tasks that limits held and now allow. */
  readonly admitted: number;
  /** Tasks whose job was gone from BullMQ. */
  readonly missing: number;
  /** Tasks whose job a worker took and did not start. */
  readonly taken: number;
  /** Runs that passed their deadline. */
  readonly overdue: number;
}

/** Longer than any healthy dispatch takes; a queue of waiting jobs is looked through this often at most. */
const QUIET: Millis = seconds(3);
const AT_MOST = 500;

/**
 * The safe path: gives a function that finds what fell between the fast paths and puts it back. Any number of processes may
 * sweep.
 */
export function sweeper(tools: SweepTools): () => Promise<Swept> {
  let taken: readonly Dispatch[] = [];
  return async () => {
    const before = taken;
    taken = [];
    const swept = await sweep(tools);
    taken = swept.taken;
    // A worker starts a job that it took within milliseconds: one that was taken a whole sweep ago has lost its worker,
    // which BullMQ notices after 15 to 20 s.
    const anew = await redispatch(tools.store.database, before);
    await tools.delivery.deliver(anew);
    return { ...swept, taken: anew.length };
  };
}

type Sweep = Omit<Swept, 'taken'> & Pick<Looked, 'taken'>;

async function sweep({ store, dispatcher, delivery, settler, clock }: SweepTools): Promise<Sweep> {
  const lost = await findLostTries(store.database, AT_MOST);
  const counted = await Promise.all(lost.map((report) => settler.report(report)));
  const resent = await delivery.resend(AT_MOST);
  const due = await dispatchDue(store.database, clock.now().toString(), AT_MOST);
  await delivery.deliver(due);
  const admitted = await delivery.admitHeld(clock.now().toString(), AT_MOST);
  const { sent: missing, taken } = await dispatcher.sendMissing(await findQuiet(store.database, QUIET, AT_MOST));
  const overdue = await timeOutRuns(store, AT_MOST);
  for (const ended of overdue) await settler.follow(ended);
  const lostCount = counted.filter(Boolean).length;
  return { lost: lostCount, resent, due: due.length, admitted, missing, taken, overdue: overdue.length };
}
