import type { RunId } from '../core/ids.ts';
import type { Executor } from '../store/database.ts';
import type { RunDetail } from '../store/views/show-run.ts';
import { type Answer, done } from './answer.ts';
import { runJson, runText } from './run-text.ts';
import type { Session } from './session.ts';
import { listenForStop } from './stop-signals.ts';
import { waitForRun } from './wait-for-run.ts';

export interface StartedRun {
  readonly database: Executor;
  readonly runId: RunId;
  readonly wait: boolean;
  /** Facts beside the run. */
  readonly json: object;
  readonly text: string;
}

/** Answers for a run that was started: at once, or at its end. */
export async function answerStarted(session: Session, started: StartedRun): Promise<Answer> {
  const { runId, json, text, wait } = started;
  const starts = `Run ${runId} is created. Its work starts as soon as a worker runs (windrow up, or windrow worker).`;
  if (!wait) return done({ ...json, runId, run: null }, `${text}${starts}`);
  session.note(`${starts} Waiting for its end; Ctrl-C stops the waiting only.`);
  const ended = await waitWithSignals(started);
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

async function waitWithSignals({ database, runId }: StartedRun): Promise<RunDetail | undefined> {
  const signals = listenForStop(() => {});
  try {
    return await waitForRun(database, runId, signals.stop);
  } finally {
    await signals.close();
  }
}
