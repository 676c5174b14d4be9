import type { Clock } from '../core/clock.ts';
import { Bug } from '../core/failures.ts';
import type { Window } from '../core/window.ts';
import type { Dag } from '../dag/dag.ts';
import { orderOf } from '../dag/sensor/order-of.ts';
import type { PipelineSpec } from '../dag/pipeline-spec.ts';
import type { Sensor } from '../dag/sensor/sensor.ts';
import type { Delivery } from '../queue/delivery.ts';
import { type NewRecord, businessKeys, newRecords } from '../record/new-records.ts';
import { closeBackfills, followBackfills } from '../store/backfills/follow-backfills.ts';
import { type RecordStart, findRunningBackfills, startNextWindow } from '../store/backfills/start-window.ts';
import { findRunsToCancel } from '../store/backfills/switch-backfill.ts';
import { cancelRun } from '../store/runs/cancel-run.ts';
import type { Store } from '../store/store.ts';

export interface BackfillTools {
  readonly store: Store;
  readonly delivery: Delivery;
  readonly clock: Clock;
  readonly sensors: ReadonlyMap<string, Sensor>;
}

/**
 * Brings the backfills of a dag forward: hears of ended runs, begins as many windows as may be active, closes what is
 * done. Every step is idempotent and all state is in SQL, so that any process may go on at any moment.
 */
export async function moveBackfills(dag: Dag, tools: BackfillTools): Promise<void> {
  const { database } = tools.store;
  await cancelRuns(dag, tools);
  await followBackfills(database, dag.id);
  const records = dag.pipeline === undefined ? {} : { records: recordStart(dag, dag.pipeline, tools) };
  for (const backfillId of await findRunningBackfills(database, dag.id)) {
    const start = { dagId: dag.id, backfillId, ...records };
    while ((await startNextWindow(database, start)) === 'moved');
  }
  await closeBackfills(database, dag.id);
}

// Also for the process that cancelled a backfill and died before it reached the runs.
async function cancelRuns(dag: Dag, { store, delivery }: BackfillTools): Promise<void> {
  for (const run of await findRunsToCancel(store.database, dag.id)) {
    const cancelled = await cancelRun(store, run);
    if (cancelled.kind === 'cancelling') await delivery.deliver(cancelled.finished.dispatches);
  }
}

function recordStart(dag: Dag, spec: PipelineSpec, { clock, sensors }: BackfillTools): RecordStart {
  const { schedule } = dag;
  const template = {
    pipelineId: dag.id,
    spec,
    ...(schedule === undefined ? {} : { windows: schedule.windows }),
  };
  return {
    isStrict: orderOf(dag, sensors) === 'strict',
    keepsParams: schedule === undefined,
    recordOf: (window) => oneRecord(template, window),
    rerun: { now: clock.now(), keysOf: (record) => businessKeys(spec, record) },
  };
}

function oneRecord(template: Parameters<typeof newRecords>[0], window: Window): NewRecord {
  const [record] = newRecords(template, [window]);
  if (record === undefined) throw new Bug('E_RECORD_MISSING', 'No record was made for a window.');
  return record;
}
