import type { ReactNode } from 'react';

import { useSend } from '../../api/queries.ts';
import type { Role } from '../../api/session.ts';
import { Button } from '../controls/button.tsx';
import { Dialog } from '../controls/dialog.tsx';
import { ErrorState } from '../states/states.tsx';
import { Command } from '../values/copy-button.tsx';
import type { Deed } from './dry-run.ts';
import styles from './operate.module.css';

export interface ConfirmDialogProps<Answer = unknown> {
  readonly title: string;
  /** What the button that does it says. */
  readonly words: string;
  readonly deed: Deed;
  /** Does the same on the command line. */
  readonly command: string;
  readonly tone?: 'main' | 'danger';
  /** What somebody must be to do it. */
  readonly demands?: Role;
  /** False while it cannot be done: something is to be answered first, or is being asked. */
  readonly isReady?: boolean;
  /** What it does. */
  readonly children: ReactNode;
  readonly onClose: () => void;
  /** Behind the deed, before the dialog closes. */
  readonly onDone?: (answer: Answer) => void;
}

/** Says what a deed does, and does it once somebody agrees. */
export function ConfirmDialog<Answer = unknown>(props: ConfirmDialogProps<Answer>): ReactNode {
  const { title, words, deed, command, tone = 'main', demands = 'operator' } = props;
  const { isReady = true, children, onClose, onDone } = props;
  const sending = useSend<Answer>();
  const act = (): void => {
    sending.mutate(
      { method: 'POST', path: deed.path, body: deed.body },
      {
        onSuccess: (answer) => {
          onDone?.(answer);
          onClose();
        },
      },
    );
  };
  const actions = (
    <>
      <Button tone="quiet" onClick={onClose}>
        Not now
      </Button>
      <Button tone={tone} onClick={act} isBusy={sending.isPending} isDisabled={!isReady} demands={demands}>
        {words}
      </Button>
    </>
  );
  return (
    <Dialog title={title} actions={actions} onClose={onClose}>
      <div className={styles['deed']}>
        {children}
        {sending.error === null ? null : <ErrorState error={sending.error} />}
        <p className={styles['same']}>
          The same from the command line <Command text={command} />
        </p>
      </div>
    </Dialog>
  );
}
