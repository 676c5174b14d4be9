import type { ReactNode } from 'react';

import type { FailureJson } from '../../../../server/api/shapes/scalars.ts';
import { Icon } from './icon.tsx';
import styles from './failure-box.module.css';

/** Why something failed: its sentence, its code, and what lies behind it. */
export function FailureBox({
  failure,
  children,
}: {
  readonly failure: FailureJson;
  readonly children?: ReactNode;
}): ReactNode {
  const { code, kind, message, reaction, causes } = failure;
  return (
    <div className={styles['failure']} role="alert">
      <Icon name="cross" size={16} />
      <div>
        <p className={styles['message']}>{message}</p>
        <p className={styles['code']}>
          <code>{code}</code> · {kind} · {reaction === 'retry' ? 'may pass by itself' : 'does not pass by itself'}
        </p>
        {causes.map((cause) => (
          <p key={cause} className={styles['cause']}>
            caused by: {cause}
          </p>
        ))}
        {children}
      </div>
    </div>
  );
}
