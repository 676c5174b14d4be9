import { type ListedQuarantine, type QuarantineQuestion, listedQuarantine } from '#framework';

import { emptyWhereMissing } from '../errors.ts';
import type { TargetPlace } from '../load/target-state.ts';
import { listQuarantined } from '../sql/audit/quarantine.ts';

/** The rows that windows left out, newest window first; none where nothing was loaded yet. */
export async function findQuarantined(
  { warehouse, schema }: TargetPlace,
  question: QuarantineQuestion,
  signal: AbortSignal,
): Promise<readonly ListedQuarantine[]> {
  const rows = await emptyWhereMissing(warehouse.rows(listQuarantined(schema, question), { signal }));
  return rows.map(listedQuarantine);
}
