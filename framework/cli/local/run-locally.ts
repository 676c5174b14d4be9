import { randomInt } from 'node:crypto';
import { hostname } from 'node:os';

import { closeAll } from '../../core/closable.ts';
import { milliseconds, seconds } from '../../core/duration.ts';
import type { RunId } from '../../core/ids.ts';
import { repeat, rest } from '../../core/timer.ts';
import type { Windrow } from '../../process/windrow.ts';
import { Delivery } from '../../queue/delivery.ts';
import { activate } from '../../queue/activate.ts';
import { cancelRun } from '../../store/runs/cancel-run.ts';
import { dispatchDue } from '../../store/runs/outbox.ts';
import { timeOutRuns } from '../../store/runs/time-out-runs.ts';
import type { Store } from '../../store/store.ts';
import { findRun } from '../../store/views/runs/find-run.ts';
import { listRuns } from '../../store/views/runs/list-runs.ts';
import type { RunDetail } from '../../store/views/runs/show-run.ts';
import { Settler } from '../../worker/settler.ts';
import { Worker } from '../../worker/worker.ts';
import { aborted } from '../stop-signals.ts';
import { waitForRun } from '../wait-for-run.ts';
import { LocalDispatcher } from './local-dispatcher.ts';

export interface LocalRun {
  readonly dagId: string;
  readonly runId: RunId;
  /** Cancels the run. */
  readonly stop: AbortSignal;
  /** Gives up waiting for the end of a cancelled run. */
  readonly hurry: AbortSignal;
}

const LOOK = milliseconds(250);

/** Runs a queued run from beginning to end in this process; retries and deferrals included. */
export async function runLocally(windrow: Windrow, run: LocalRun): Promise<RunDetail | undefined> {
  const { store, clock, log, settings } = windrow;
  const broken = new AbortController();
  const dispatcher = new LocalDispatcher(windrow.dispatcher, { clock, failed: (error) => broken.abort(error) });
  dispatcher.keep(run.runId);
  const delivery = new Delivery({ store, dispatcher, log });
  // The end of this run starts nothing else: the next window belongs to the scheduler.
  const settler = new Settler({
    store,
    delivery,
    clock,
    log,
    random: () => randomInt(1000) / 1000,
    closed: async () => {},
  });
  const worker = new Worker({
    ...windrow,
    dispatcher,
    settler,
    concurrency: settings.concurrency,
    leaseMs: settings.leaseMs,
    id: `test:${hostname()}:${process.pid}`,
  });
  // What a scheduler would do for it: start it when the dag's limit allows, wake deferred tasks, and end it at its deadline.
  const tending = repeat(
    LOOK,
    () => tend(windrow, { delivery, settler }, run),
    (error) => log.warn('The run could not be tended', { error: String(error) }),
  );
  const asked = new AbortController();
  const blocked = tellWhenBlocked(windrow, run, asked.signal);
  const cancelling = cancelAtStop({ store, settler }, run, asked.signal);
  try {
    const ended = await waitForRun(store.database, run.runId, AbortSignal.any([run.hurry, broken.signal]));
    broken.signal.throwIfAborted();
    return ended;
  } finally {
    asked.abort();
    await Promise.all([cancelling, blocked]);
    await closeAll([delivery, { close: () => worker.close(run.hurry) }, tending]);
  }
}

interface TendingTools {
  readonly delivery: Delivery;
  readonly settler: Settler;
}

async function tend({ store, clock }: Windrow, tools: TendingTools, { dagId }: LocalRun): Promise<void> {
  const { delivery, settler } = tools;
  await activate({ store, delivery }, dagId);
  await delivery.deliver(await dispatchDue(store.database, clock.now().toString(), 100));
  await delivery.admitHeld(clock.now().toString(), 100);
  for (const ended of await timeOutRuns(store, 100)) await settler.follow(ended);
}

const PATIENCE = seconds(2);

/** Somebody else's runs may fill the dag's limit; without a worker they never end. */
async function tellWhenBlocked({ store, log }: Windrow, { dagId, runId }: LocalRun, ended: AbortSignal): Promise<void> {
  await rest(PATIENCE, ended);
  if (ended.aborted || (await findRun(store.database, runId))?.state !== 'queued') return;
  const others = await listRuns(store.database, { dagId, state: 'running', limit: 10 });
  const ids = others.map(({ id }) => id);
  log.warn(
    'The run waits, because its dag has as many runs as it may. A worker ends them, or: windrow runs cancel ID',
    { dag: dagId, running: ids },
  );
}

interface CancelTools {
  readonly store: Store;
  readonly settler: Settler;
}

async function cancelAtStop(
  { store, settler }: CancelTools,
  { runId, stop }: LocalRun,
  ended: AbortSignal,
): Promise<void> {
  await Promise.race([aborted(stop), aborted(ended)]);
  if (!stop.aborted) return;
  const cancelled = await cancelRun(store, runId);
  if (cancelled.kind === 'cancelling') await settler.follow(cancelled.finished);
}
