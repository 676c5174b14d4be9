import type { ReactNode } from 'react';

import styles from './operate.module.css';

interface PreviewListProps {
  readonly label: string;
  /** So many more are not listed. */
  readonly more: number;
  /** Rows, of which the last part says what would become of it. */
  readonly children: ReactNode;
}

/** What a deed would do one by one, in a box of its own that scrolls. */
export function PreviewList({ label, more, children }: PreviewListProps): ReactNode {
  return (
    <ol className={styles['preview']} aria-label={label} tabIndex={0}>
      {children}
      {more > 0 ? <li>and {more.toLocaleString('en')} more</li> : null}
    </ol>
  );
}
