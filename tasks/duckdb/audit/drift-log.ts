import { type DriftLog, loggedDrift } from '#framework';

import type { DuckDbOpened } from '../connector.ts';
import type { Run } from '../database-file.ts';
import { ensureSchema } from '../load/target-state.ts';
import { acceptDrift, listDrift } from '../sql/audit/drift-log.ts';

/** The drift log of a schema, as people ask for it. */
export function driftLog({ settings, file }: DuckDbOpened): DriftLog {
  const inSchema = <T>(work: (run: Run) => Promise<T>, signal: AbortSignal): Promise<T> =>
    file.transaction(async (run) => {
      await ensureSchema(run, settings.schema);
      return work(run);
    }, signal);
  return {
    list: (filter, signal) => inSchema(async (run) => (await run(listDrift(filter))).map(loggedDrift), signal),
    accept: (tables, signal) =>
      inSchema(async (run) => {
        const filter = { kind: 'waiting', ...(tables === undefined ? {} : { tables }) } as const;
        const waiting = await run(listDrift(filter));
        await run(acceptDrift(tables));
        return waiting.map(loggedDrift);
      }, signal),
  };
}
