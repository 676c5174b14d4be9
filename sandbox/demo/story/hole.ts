import { Temporal, type WindowRecord, windowText } from '#framework';
import { explainRecord } from '#framework/operate';

import { fileName } from '../../vault/index.ts';
import type { Demo } from '../open-demo.ts';

/** A window that Vault could not publish in time, and how it went on. */
export interface Hole {
  readonly record: number;
  readonly window: string;
  /** What `windrow explain record` said of it while it waited. */
  readonly waited: string;
  /** Later windows that waited behind it. */
  readonly behind: number;
  readonly healedAt: string;
}

/** Watches for the hole, and lets time pass when everything that can be loaded around it is loaded. */
export interface HoleWatch {
  readonly look: (records: readonly WindowRecord[]) => Promise<void>;
  /** Undefined where the windows of this demo were loaded before. */
  readonly healed: () => Hole | undefined;
}

/** So many windows before the newest one, so that later ones are seen to wait. */
const FROM_LAST = 3;
/** Less than a window, so that no other one becomes due. */
const RETRY_MINUTES = 5;

/** Makes Vault fail to publish one window, unless that one is loaded already. */
export function digHole(demo: Demo, windowsTo: Temporal.Instant, loaded: readonly WindowRecord[]): HoleWatch {
  const end = windowsTo.subtract({ minutes: 15 * FROM_LAST });
  const isLoaded = loaded.some((record) => isOf(record, end) && record.pipelineStatus === 'COMPLETED');
  const { vault } = demo.sandbox;
  if (vault === undefined || isLoaded) return { look: async () => {}, healed: () => undefined };
  const nextRetry = demo.clock.now().add({ minutes: RETRY_MINUTES });
  vault.faults.add({
    kind: 'error_item',
    file: fileName(vault.vaultId, 'incremental_directdata', end),
    nextRetry: nextRetry.toString(),
    healsAt: nextRetry.subtract({ minutes: 1 }).toString(),
  });
  let healed: Hole | undefined;
  return {
    look: async (records) => {
      if (healed !== undefined) return;
      const hole = records.find((record) => isOf(record, end));
      if (hole === undefined || !onlyHoleIsLeft(records, hole)) return;
      const waited = await findDeferral(demo, hole.id);
      if (waited === undefined) return;
      const behind = records.filter((record) => isBehind(record, end)).length;
      healed = { record: hole.id, window: windowText(hole.window), waited, behind, healedAt: nextRetry.toString() };
      demo.clock.moveTo(nextRetry);
    },
    healed: () => healed,
  };
}

function isOf({ pipelineId, window }: WindowRecord, end: Temporal.Instant): boolean {
  return pipelineId === 'veeva_incremental' && window.end.equals(end);
}

function isBehind({ pipelineId, window }: WindowRecord, end: Temporal.Instant): boolean {
  return pipelineId === 'veeva_incremental' && Temporal.Instant.compare(window.end, end) > 0;
}

function onlyHoleIsLeft(records: readonly WindowRecord[], hole: WindowRecord): boolean {
  const open = records.filter(({ pipelineStatus }) => pipelineStatus !== 'COMPLETED');
  return open.every((record) => record === hole || isBehind(record, hole.window.end));
}

async function findDeferral({ windrow, clock }: Demo, id: number): Promise<string | undefined> {
  const explained = await explainRecord(windrow.store.database, id, clock.now());
  return explained?.reasons.find(({ code }) => code === 'deferred')?.text;
}
