import type { ReactNode } from 'react';

import type { RecordDetailJson } from '../../../../server/api/shapes/record.ts';
import { ConfirmDialog } from '../../components/operate/confirm-dialog.tsx';

interface CancelRecordProps {
  readonly record: Pick<RecordDetailJson, 'id' | 'runId'>;
  readonly onClose: () => void;
}

/** Stops the open run of a window. */
export function CancelRecord({ record, onClose }: CancelRecordProps): ReactNode {
  return (
    <ConfirmDialog
      title={`Cancel record ${record.id}`}
      words="Cancel the run"
      tone="danger"
      deed={{ path: `/records/${record.id}/cancel`, body: {} }}
      command={`windrow records cancel ${record.id}`}
      onClose={onClose}
    >
      <p>
        Its open run{record.runId === null ? '' : ` ${record.runId}`} ends; teardown tasks still run. Later windows of a
        strict pipeline wait until this one is run again or skipped.
      </p>
    </ConfirmDialog>
  );
}
