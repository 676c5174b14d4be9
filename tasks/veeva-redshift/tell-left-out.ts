import { Failure, type StageManifest, type TransferContext } from '#framework';
import type { SnsOpened } from '#tasks/sns';

/** Publishes that a window is loaded without rows that are in quarantine. The window is loaded whatever comes of it. */
export async function tellLeftOut(
  topic: SnsOpened,
  { quarantine }: StageManifest,
  { pipelineId, window, recordId, signal, log }: TransferContext,
): Promise<void> {
  if (quarantine === undefined) return;
  const failure = {
    task: 'audit',
    code: 'E_ROWS_LEFT_OUT',
    message:
      `${quarantine.rows} rows of the window cannot be loaded and are in quarantine. The other rows are in the target, ` +
      'and nothing waits for these.',
    command: `windrow veeva quarantine --record ${recordId}`,
  };
  try {
    await topic.publishNotice({ state: 'left_out', pipelineId, window, recordId, failure }, { signal });
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof Failure)) throw error;
    log.warn('Rows of the window are in quarantine, but nobody could be told by SNS.', {
      rows: quarantine.rows,
      error: error.message,
    });
  }
}
