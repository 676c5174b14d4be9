import { setTimeout as sleep } from 'node:timers/promises';

import { DataFailure, type WindowRecord, Temporal, windowText } from '#framework';
import { type Windrow, listRecords, operations } from '#framework/operate';

/** The most records that are read: all of a demo. */
export const ALL = 1_000_000;

/** Loads the Full unless it is loaded, and goes on with a window that an earlier demo left behind. */
export async function startLoads(windrow: Windrow): Promise<void> {
  const [full] = await listRecords(windrow.store.database, { pipelineId: 'veeva_full', limit: 1 });
  if (full === undefined) {
    const triggered = await operations(windrow).triggerDag('veeva_full', {});
    if (triggered.kind !== 'created')
      throw new DataFailure('E_DEMO_FULL', `The Full could not be started: ${JSON.stringify(triggered)}`);
  }
  for (const record of await listRecords(windrow.store.database, { status: 'FAILED', limit: ALL })) {
    await operations(windrow).rerunRecord(record.id, {});
  }
}

export interface Target {
  /** Everything that ends at or before it, with the pipeline's lag over, must be loaded. */
  readonly windowsTo: Temporal.Instant;
  readonly logsTo: Temporal.Instant;
}

export interface Loaded {
  readonly records: readonly WindowRecord[];
  readonly failed: readonly WindowRecord[];
}

const LOOK_MS = 200;

export interface Watch {
  readonly look: (records: readonly WindowRecord[]) => Promise<void>;
  /** Ends the waiting with its own reason. */
  readonly stop: AbortSignal;
}

/** Waits until everything is loaded or something failed; tells every look. */
export async function catchUp(windrow: Windrow, target: Target, { look, stop }: Watch): Promise<Loaded> {
  for (;;) {
    stop.throwIfAborted();
    const records = await listRecords(windrow.store.database, { limit: ALL });
    await look(records);
    const failed = records.filter(
      ({ pipelineStatus }) => pipelineStatus === 'FAILED' || pipelineStatus === 'CANCELLED',
    );
    if (failed.length > 0 || isCaughtUp(records, target)) return { records, failed };
    await sleep(LOOK_MS, undefined, { signal: stop }).catch(() => {});
  }
}

function isCaughtUp(records: readonly WindowRecord[], target: Target): boolean {
  if (records.some(({ pipelineStatus }) => pipelineStatus !== 'COMPLETED')) return false;
  return reaches(records, 'veeva_incremental', target.windowsTo) && reaches(records, 'veeva_log', target.logsTo);
}

function reaches(records: readonly WindowRecord[], pipeline: string, to: Temporal.Instant): boolean {
  return records.some(
    ({ pipelineId, window }) => pipelineId === pipeline && Temporal.Instant.compare(window.end, to) >= 0,
  );
}

/** The end of the newest completed window of a pipeline. */
export function newestEnd(records: readonly WindowRecord[], pipeline: string): Temporal.Instant | undefined {
  return records
    .filter(({ pipelineId, pipelineStatus }) => pipelineId === pipeline && pipelineStatus === 'COMPLETED')
    .map(({ window }) => window.end)
    .toSorted((a, b) => Temporal.Instant.compare(a, b))
    .at(-1);
}

export function describeRecord(record: WindowRecord): string {
  return `${record.pipelineId} ${windowText(record.window)}`;
}
