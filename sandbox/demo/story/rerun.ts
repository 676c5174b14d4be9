import { setTimeout as sleep } from 'node:timers/promises';

import { DataFailure, type WindowRecord, windowText } from '#framework';
import { findRecord, operations } from '#framework/operate';

import type { Demo } from '../open-demo.ts';

/** A window that was loaded once more. */
export interface Rerun {
  readonly record: number;
  readonly window: string;
  /** Phases that were done again. */
  readonly repeats: readonly string[];
  readonly rows: number;
}

const LOOK_MS = 100;

/** Loads the fullest incremental window again, as `windrow records rerun ID --from source_to_stage` does. */
export async function rerunFullest(
  { windrow }: Demo,
  records: readonly WindowRecord[],
  stop: AbortSignal,
): Promise<Rerun | undefined> {
  const [fullest] = records
    .filter(({ pipelineId }) => pipelineId === 'veeva_incremental')
    .toSorted((a, b) => (b.audit.targetCount ?? 0) - (a.audit.targetCount ?? 0));
  if (fullest === undefined) return undefined;
  const started = await operations(windrow).rerunRecord(fullest.id, { from: 'SOURCE_TO_STAGE', by: 'demo' });
  if (!('plan' in started))
    throw new DataFailure('E_DEMO_RERUN', `Record ${fullest.id} was not run again: ${JSON.stringify(started)}`);
  for (;;) {
    const record = await findRecord(windrow.store.database, fullest.id);
    if (record?.pipelineStatus === 'COMPLETED') {
      const rows = record.audit.targetCount ?? 0;
      return { record: record.id, window: windowText(record.window), repeats: started.plan.repeats, rows };
    }
    if (record?.pipelineStatus === 'FAILED')
      throw new DataFailure('E_DEMO_RERUN', `Record ${record.id} failed: ${record.error?.message ?? 'no reason'}`);
    await sleep(LOOK_MS, undefined, { signal: stop });
  }
}
