import { type ListedQuarantine, type QuarantineQuestion, listedQuarantine } from '#framework';

import type { DatabaseFile } from '../database-file.ts';
import { ensureSchema } from '../load/target-state.ts';
import { listQuarantined } from '../sql/audit/quarantine.ts';

/** The rows that windows left out, newest window first. */
export function findQuarantined(
  { database, schema }: { readonly database: DatabaseFile; readonly schema: string },
  question: QuarantineQuestion,
  signal: AbortSignal,
): Promise<readonly ListedQuarantine[]> {
  return database.transaction(async (run) => {
    await ensureSchema(run, schema);
    return (await run(listQuarantined(question))).map(listedQuarantine);
  }, signal);
}
