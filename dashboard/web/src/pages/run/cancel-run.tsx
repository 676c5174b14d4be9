import type { ReactNode } from 'react';

import type { RunDetailJson } from '../../../../server/api/shapes/run.ts';
import { ConfirmDialog } from '../../components/operate/confirm-dialog.tsx';

interface CancelRunProps {
  readonly run: Pick<RunDetailJson, 'id' | 'tasks'>;
  readonly onClose: () => void;
}

/** Asks before it ends a run, and says what that does to its tasks. */
export function CancelRun({ run, onClose }: CancelRunProps): ReactNode {
  const running = run.tasks.filter(({ state }) => state === 'running');
  return (
    <ConfirmDialog
      title={`Cancel run ${run.id}`}
      words="Cancel the run"
      tone="danger"
      deed={{ path: `/runs/${run.id}/cancel`, body: {} }}
      command={`windrow runs cancel ${run.id}`}
      onClose={onClose}
    >
      <p>
        Tasks that wait end at once.{' '}
        {running.length === 0
          ? 'None runs now.'
          : `Running ones are told to stop within seconds: ${running.map(({ name }) => name).join(', ')}.`}{' '}
        Teardown tasks still run.
      </p>
    </ConfirmDialog>
  );
}
