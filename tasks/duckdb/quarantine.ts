import { type ListedQuarantine, type QuarantineQuestion, listedQuarantine } from '#framework';

import type { DatabaseFile } from './database-file.ts';
import { listQuarantined } from './sql/quarantine.ts';
import { ensureSchema } from './target-state.ts';

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
