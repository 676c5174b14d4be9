import { type ReactNode, useState } from 'react';

import { Button } from '../../components/controls/button.tsx';
import { ConfirmDialog } from '../../components/operate/confirm-dialog.tsx';
import { TextField } from '../../components/operate/text-field.tsx';
import { shellWord } from '../../format/shell-word.ts';
import styles from './sensor.module.css';

interface ItemDeedsProps {
  readonly sensor: string;
  /** Of an item whose run failed or was cancelled. */
  readonly item: string;
}

/** What can be done to an item that nothing starts again by itself. */
export function ItemDeeds({ sensor, item }: ItemDeedsProps): ReactNode {
  const [open, setOpen] = useState<'rerun' | 'skip' | undefined>();
  const close = (): void => setOpen(undefined);
  return (
    <div className={styles['deeds']}>
      <Button demands="operator" label={`Run again ${item}`} onClick={() => setOpen('rerun')}>
        Run again …
      </Button>
      <Button demands="operator" label={`Skip ${item}`} onClick={() => setOpen('skip')}>
        Skip …
      </Button>
      {open === 'rerun' ? <RerunItem sensor={sensor} item={item} onClose={close} /> : null}
      {open === 'skip' ? <SkipItem sensor={sensor} item={item} onClose={close} /> : null}
    </div>
  );
}

interface ItemDialogProps extends ItemDeedsProps {
  readonly onClose: () => void;
}

function RerunItem({ sensor, item, onClose }: ItemDialogProps): ReactNode {
  return (
    <ConfirmDialog
      title={`Run ${item} again`}
      words="Start a new run"
      deed={{ path: `/sensors/${encodeURIComponent(sensor)}/items/rerun`, body: { key: item } }}
      command={`windrow sensors rerun ${sensor} ${shellWord(item)}`}
      onClose={onClose}
    >
      <p>It gets a new run with the params with which it was found, and keeps its place among the others.</p>
    </ConfirmDialog>
  );
}

function SkipItem({ sensor, item, onClose }: ItemDialogProps): ReactNode {
  const [reason, setReason] = useState('');
  const said = reason.trim();
  return (
    <ConfirmDialog
      title={`Skip ${item}`}
      words="Give the item up"
      tone="danger"
      deed={{ path: `/sensors/${encodeURIComponent(sensor)}/items/skip`, body: { key: item, reason: said } }}
      isReady={said !== ''}
      command={`windrow sensors skip ${sensor} ${shellWord(item)} --reason ${shellWord(said || 'TEXT')}`}
      onClose={onClose}
    >
      <TextField label="Reason, kept on the item" value={reason} onChange={setReason} />
      <p>Later items go on without it. What it would have brought is not loaded.</p>
    </ConfirmDialog>
  );
}
