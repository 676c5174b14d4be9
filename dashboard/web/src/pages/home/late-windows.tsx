import { type ReactNode, useState } from 'react';

import type { LateWindowJson } from '../../../../server/api/shapes/home.ts';
import { Button } from '../../components/controls/button.tsx';
import { Link } from '../../components/controls/link.tsx';
import { Why } from '../../components/operate/why.tsx';
import { EmptyState } from '../../components/states/states.tsx';
import { StatusBadge } from '../../components/values/status-badge.tsx';
import { DueTime, WindowTime } from '../../components/values/time.tsx';
import styles from './home-page.module.css';

/** Windows that should be complete and are not, each with the reason on demand. */
export function LateWindows({ late }: { readonly late: readonly LateWindowJson[] }): ReactNode {
  if (late.length === 0) return <EmptyState title="Every window is in time" />;
  return (
    <ul className={styles['list']}>
      {late.map((window) => (
        <LateWindow key={window.recordId} late={window} />
      ))}
    </ul>
  );
}

function LateWindow({
  late: { recordId, dagId, window, status, paused, dueAt },
}: {
  readonly late: LateWindowJson;
}): ReactNode {
  const [isAsked, setAsked] = useState(false);
  return (
    <li className={styles['item']}>
      <StatusBadge state={status} />
      <div className={styles['what']}>
        <p>
          <Link href={`/records/${recordId}`}>Record {recordId}</Link> of <Link href={`/dags/${dagId}`}>{dagId}</Link>
          <span className={styles['quiet']}>
            <WindowTime window={window} />
          </span>
        </p>
        {paused ? <p className={styles['why']}>The dag is paused.</p> : null}
      </div>
      <span className={styles['when']}>
        due <DueTime at={dueAt} />
      </span>
      {isAsked ? (
        <div className={styles['answer']}>
          <Why path={`/records/${recordId}/explain`} command={`windrow explain record ${recordId}`} />
        </div>
      ) : (
        <Button onClick={() => setAsked(true)} label={`Why does record ${recordId} not run?`}>
          Why?
        </Button>
      )}
    </li>
  );
}
