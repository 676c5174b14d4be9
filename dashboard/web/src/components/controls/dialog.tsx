import { type ReactNode, useEffect, useId, useRef } from 'react';

import { Icon } from '../values/icon.tsx';
import styles from './controls.module.css';

export interface DialogProps {
  readonly title: string;
  readonly children: ReactNode;
  /** The buttons at the end. */
  readonly actions?: ReactNode;
  readonly onClose: () => void;
}

/** Shown as long as it is rendered; the browser keeps the focus inside, and Escape closes it. */
export function Dialog({ title, children, actions, onClose }: DialogProps): ReactNode {
  const dialog = useRef<HTMLDialogElement>(null);
  const titleId = useId();
  useEffect(() => {
    const shown = dialog.current;
    shown?.showModal();
    return () => shown?.close();
  }, []);
  return (
    <dialog
      ref={dialog}
      className={styles['dialog']}
      aria-labelledby={titleId}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
    >
      <header>
        <h2 id={titleId}>{title}</h2>
        <button type="button" className={styles['close']} onClick={onClose} aria-label="Close">
          <Icon name="cross" />
        </button>
      </header>
      <div className={styles['body']}>{children}</div>
      {actions === undefined ? null : <footer>{actions}</footer>}
    </dialog>
  );
}
