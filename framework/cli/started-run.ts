import type { RunId } from '../core/ids.ts';
import type { Windrow } from '../process/windrow.ts';
import type { RunDetail } from '../store/views/runs/show-run.ts';
import { type Answer, done } from './answer.ts';
import { hasLiveWorker } from './live-worker.ts';
import { workUntilEnd } from './local/work-until-end.ts';
import { runJson, runText } from './text/run-text.ts';
import type { Session } from './session.ts';
import { listenForStop } from './stop-signals.ts';
import { waitForRun } from './wait-for-run.ts';

export interface StartedRun {
  readonly windrow: Windrow;
  readonly runId: RunId;
  /**
   * `queue` answers at once and `wait` at the end of the run. `work` does the work here when no worker lives, and is
   * `queue` otherwise.
   */
  readonly finish: 'queue' | 'wait' | 'work';
  /** Facts beside the run. */
  readonly json: object;
  readonly text: string;
  /** The run ended before, and goes on. */
  readonly isAgain?: true;
}

/** What the options of a verb that starts a run say about its end. */
export function whatNext({ queue, wait }: { readonly queue?: true; readonly wait?: true }): StartedRun['finish'] {
  if (queue === true) return 'queue';
  return wait === true ? 'wait' : 'work';
}

/** Answers for a run that was started: at once, or at its end. */
export async function answerStarted(session: Session, started: StartedRun): Promise<Answer> {
  const { windrow, runId, json, text, finish, isAgain } = started;
  const isAlone = !(await hasLiveWorker(windrow.store.database));
  const begun = `Run ${runId} ${isAgain === true ? 'goes on' : 'is created'}.`;
  const starts = isAlone
    ? `${begun} Its work starts as soon as a worker runs (windrow up, or windrow worker).`
    : `${begun} A worker takes it.`;
  const worksHere = finish === 'work' && isAlone;
  if (finish !== 'wait' && !worksHere) return done({ ...json, runId, run: null }, `${text}${starts}`);
  session.note(
    worksHere
      ? `No worker is running: this process does the work of run ${runId}. Ctrl-C hands it back.`
      : `${starts} Waiting for its end; Ctrl-C stops the waiting only.`,
  );
  const ended = await untilEnd(started, worksHere ? workUntilEnd : waitInDatabase);
  if (ended === undefined)
    return done({ ...json, runId, run: null }, `Run ${runId} goes on. Look at it: windrow runs show ${runId}`);
  return endedRun(session, { ended, json: { ...json, runId }, text });
}

export function endedRun(
  session: Session,
  { ended, json, text }: { readonly ended: RunDetail; readonly json: object; readonly text: string },
): Answer {
  const exit = ended.state === 'success' ? 'ok' : 'failed';
  return { exit, json: { ...json, run: runJson(ended, session) }, text: `${text}${runText(ended)}` };
}

async function untilEnd({ windrow, runId }: StartedRun, wait: typeof workUntilEnd): Promise<RunDetail | undefined> {
  const signals = listenForStop({});
  try {
    return await wait(windrow, runId, signals.stop);
  } finally {
    await signals.close();
  }
}

const waitInDatabase: typeof workUntilEnd = (windrow, runId, stop) => waitForRun(windrow.store.database, runId, stop);
