import { type ReactNode, useEffect, useState } from 'react';

import { Icon } from './icon.tsx';
import styles from './values.module.css';

const SHOWN_MS = 1500;

export interface CopyButtonProps {
  readonly text: string;
  /** What is copied, for people who hear the page: "id of the run". */
  readonly what: string;
}

/** Puts a text on the clipboard. */
export function CopyButton({ text, what }: CopyButtonProps): ReactNode {
  const [said, setSaid] = useState('');
  useEffect(() => {
    if (said === '') return;
    const timer = window.setTimeout(() => setSaid(''), SHOWN_MS);
    return () => window.clearTimeout(timer);
  }, [said]);
  const copy = (): void => {
    navigator.clipboard.writeText(text).then(
      () => setSaid('Copied'),
      () => setSaid('The browser refused to copy'),
    );
  };
  return (
    <button
      type="button"
      className={styles['copy']}
      onClick={copy}
      title={`Copy the ${what}`}
      aria-label={`Copy the ${what}`}
    >
      <Icon name={said === 'Copied' ? 'check' : 'copy'} size={13} />
      <span role="status" className={said === '' ? 'unseen' : styles['copied']}>
        {said}
      </span>
    </button>
  );
}

/** The command that does on the command line what is done here, to be copied. */
export function Command({ text }: { readonly text: string }): ReactNode {
  return (
    <span className={styles['command']}>
      <code>{text}</code>
      <CopyButton text={text} what="command" />
    </span>
  );
}
