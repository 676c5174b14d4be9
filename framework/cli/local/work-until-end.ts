import { closeAll } from '../../core/closable.ts';
import { milliseconds } from '../../core/duration.ts';
import type { RunId } from '../../core/ids.ts';
import { repeat } from '../../core/timer.ts';
import type { Windrow } from '../../process/windrow.ts';
import { sweeper } from '../../scheduler/sweep.ts';
import type { RunDetail } from '../../store/views/runs/show-run.ts';
import { waitForRun } from '../wait-for-run.ts';

const LOOK = milliseconds(500);

/** Is the only worker until a run has ended, and puts back what falls between, as a scheduler would. Opens no new window. */
export async function workUntilEnd(windrow: Windrow, run: RunId, stop: AbortSignal): Promise<RunDetail | undefined> {
  const worker = windrow.startWorker();
  const sweep = sweeper(windrow);
  const sweeping = repeat(
    LOOK,
    async () => void (await sweep()),
    (error) => windrow.log.warn('The sweep failed', { error: String(error) }),
  );
  try {
    return await waitForRun(windrow.store.database, run, stop);
  } finally {
    await closeAll([worker, sweeping]);
  }
}
