import { Temporal } from '#framework';
import { type Rerun, listRecords, listRuns, operations, sensorOperations } from '#framework/operate';
import { z } from 'zod';

import { type Desk, count } from './desk.ts';
import { EXPECTED, type Expectation, isBroken } from './load/expectations.ts';
import { pick } from './random.ts';

/** Cancels a run of a dag in which that is expected. */
export async function cancelRun(desk: Desk): Promise<void> {
  const { windrow, random, cancels } = desk;
  const dags = EXPECTED.filter(({ kind, isCancelled }) => kind === 'dag' && isCancelled === true);
  const running = await Promise.all(
    dags.map(({ dagId }) => listRuns(windrow.store.database, { dagId, state: 'running', limit: 20 })),
  );
  const chosen = pick(random, running.flat());
  if (chosen === undefined) return;
  cancels.add(chosen.id);
  const cancelled = await operations(windrow).cancelRun(chosen.id);
  if (cancelled.kind === 'cancelling') await confirm(desk, chosen.id, 'cancel_run');
}

/** Cancels the open run of a record; the window has to be done again by `mend`. */
export async function cancelRecord(desk: Desk): Promise<void> {
  const { windrow, random, cancels } = desk;
  const pipelines = EXPECTED.filter(({ kind, isCancelled }) => kind === 'pipeline' && isCancelled === true);
  const open = await Promise.all(
    pipelines.map(({ dagId: pipelineId }) =>
      listRecords(windrow.store.database, { pipelineId, status: 'IN_PROGRESS', limit: 20 }),
    ),
  );
  const chosen = pick(random, open.flat());
  if (chosen === undefined) return;
  const cancelled = await operations(windrow).cancelRecord(chosen.id);
  if (cancelled.kind !== 'cancelling') return;
  cancels.add(cancelled.runId);
  await confirm(desk, cancelled.runId, 'cancel_record');
}

async function confirm(desk: Desk, run: number, deed: 'cancel_run' | 'cancel_record'): Promise<void> {
  count(desk, deed);
  const now = desk.windrow.store.database.run({ text: 'select clock_timestamp()::text as at' });
  const [row] = await now.catch(() => []);
  desk.confirmed.push({ run, at: row === undefined ? null : z.object({ at: z.string() }).parse(row).at });
}

/** Removes the causes of failures that were meant to be, and does again what failed because of them or was cancelled. */
export async function mend(desk: Desk): Promise<void> {
  for (const expected of EXPECTED) {
    if (expected.brokenEach !== undefined || expected.isCancelled === true) await MEND[expected.kind](desk, expected);
  }
}

const MEND: Readonly<Record<Expectation['kind'], (desk: Desk, expected: Expectation) => Promise<void>>> = {
  dag: async (desk, expected) => {
    const { dagId } = expected;
    for (const { id, window } of await listRuns(desk.windrow.store.database, { dagId, state: 'failed', limit: 100 })) {
      if (window === null || !(await isMended(desk, expected, window.start))) continue;
      const rerun = await operations(desk.windrow).rerunTasks({ run: id }, { kind: 'failed' });
      if (rerun.kind === 'started') count(desk, 'rerun_tasks');
    }
  },
  pipeline: async (desk, expected) => {
    const filter = { pipelineId: expected.dagId, limit: 100 };
    const { database } = desk.windrow.store;
    for (const { id, window } of await listRecords(database, { ...filter, status: 'FAILED' })) {
      if (await isMended(desk, expected, window.start))
        countRerun(desk, await operations(desk.windrow).rerunRecord(id));
    }
    for (const { id } of await listRecords(database, { ...filter, status: 'CANCELLED' })) {
      countRerun(desk, await operations(desk.windrow).rerunRecord(id));
    }
  },
  sensor: async (desk, expected) => {
    const sensors = sensorOperations(desk.windrow);
    const items = (await sensors.show(expected.dagId, { limit: 1000 }))?.items ?? [];
    for (const { key, state } of items) {
      if (state !== 'failed' || !(await isMended(desk, expected, Temporal.Instant.from(key)))) continue;
      const rerun = await sensors.rerunItem(expected.dagId, key);
      if (rerun.kind === 'started') count(desk, 'rerun_item');
    }
  },
};

function countRerun(desk: Desk, rerun: Rerun): void {
  if (rerun.kind === 'started') count(desk, 'rerun_record');
}

/** False for a window that was not meant to fail. */
async function isMended({ target }: Desk, expected: Expectation, start: Temporal.Instant): Promise<boolean> {
  if (!isBroken(expected, start.epochMilliseconds)) return false;
  await target.mend(expected.dagId, start.toString());
  return true;
}
