import { type ReactNode, useState } from 'react';

import type { RecordDetailJson } from '../../../../server/api/shapes/record.ts';
import { ConfirmDialog } from '../../components/operate/confirm-dialog.tsx';
import { TextField } from '../../components/operate/text-field.tsx';
import { shellWord } from '../../format/shell-word.ts';

interface SkipRecordProps {
  readonly record: Pick<RecordDetailJson, 'id'>;
  readonly onClose: () => void;
}

/** Gives a window up, with a reason that stays on it. */
export function SkipRecord({ record, onClose }: SkipRecordProps): ReactNode {
  const [reason, setReason] = useState('');
  const said = reason.trim();
  return (
    <ConfirmDialog
      title={`Skip record ${record.id}`}
      words="Give the window up"
      tone="danger"
      deed={{ path: `/records/${record.id}/skip`, body: { reason: said } }}
      isReady={said !== ''}
      command={`windrow records skip ${record.id} --reason ${shellWord(said || 'TEXT')}`}
      onClose={onClose}
    >
      <TextField label="Reason, kept on the record" value={reason} onChange={setReason} />
      <p>The window counts as completed and later ones go on. What it would have brought is not loaded.</p>
    </ConfirmDialog>
  );
}
