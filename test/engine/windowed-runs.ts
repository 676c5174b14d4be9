import { type RunId, Temporal, type Window } from '#framework';
import { type Windrow, createRun } from '#framework/operate';

import { taskStates } from '../support/engine.ts';

/** Creates a run that nothing has started yet. */
export async function create(engine: Windrow, run: Parameters<typeof createRun>[1]): Promise<RunId> {
  const created = await createRun(engine.store.database, run);
  if (created.kind !== 'created') throw new Error(`There is an open run of ${run.dagId} already.`);
  return created.runId;
}

/** That of the only task of a run. */
export async function stateOf(engine: Windrow, run: RunId): Promise<string | undefined> {
  return Object.values(await taskStates(engine, run))[0];
}

/** `window('01')`: an hour of one day. */
export function window(hour: string): Window {
  const start = Temporal.Instant.from(`2026-01-20T${hour}:00Z`);
  return { start, end: start.add({ hours: 1 }), zone: 'UTC' };
}
