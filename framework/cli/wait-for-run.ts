import type { RunId } from '../core/ids.ts';
import { milliseconds } from '../core/duration.ts';
import { rest } from '../core/timer.ts';
import type { Executor } from '../store/database.ts';
import { findRun } from '../store/views/runs/find-run.ts';
import { type RunDetail, showRun } from '../store/views/runs/show-run.ts';

const LOOK = milliseconds(200);

/** Waits for the end of a run, however long it takes; undefined when the signal aborts first. */
export async function waitForRun(database: Executor, id: RunId, signal: AbortSignal): Promise<RunDetail | undefined> {
  while (!signal.aborted) {
    const run = await findRun(database, id);
    if (run === undefined || (run.state !== 'queued' && run.state !== 'running')) return showRun(database, id);
    await rest(LOOK, signal);
  }
  return undefined;
}
